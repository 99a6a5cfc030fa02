/** Work on whole rows: LayerNorm and dynamic quantization to U8, a scale and a low end for each row. */
#pragma once
#include <math.h>
#include "kernels.h"

namespace {

using octavec::Norm;
using octavec::RowScale;

/** x = low + scale * q with q in 0..255. A row without spread (or with numbers that are none) gets scale 0. */
struct Quantizer {
  RowScale scale;
  float inverse;
};

inline Quantizer quantizer(float low, float high) {
  const float range = high - low;
  const bool usable = range > 1e-30f && range < 3e38f;
  return {{usable ? range / 255.0f : 0.0f, low}, usable ? 255.0f / range : 0.0f};
}

inline void store_quantized(uint8_t* out, F x, const Quantizer& q) {
  store_bytes(out, round_int(mul(sub(x, splat(q.scale.low)), splat(q.inverse))));
}

void quantize_ranged(const float* rows, size_t stride, int count, int width, const float* ranges, uint8_t* out,
                     RowScale* scales) {
  for (int r = 0; r < count; r++) {
    const Quantizer q = quantizer(smallest(load(ranges + r * 32)), largest(load(ranges + r * 32 + 16)));
    scales[r] = q.scale;
    for (int i = 0; i < width; i += 16) {
      store_quantized(out + (size_t)r * width + i, load(rows + r * stride + i), q);
    }
  }
}

/** A row's number at `i`, times its column's factor where there are factors. */
template <bool kFactor>
inline F scaled(const float* row, const float* factor, int i) {
  if constexpr (kFactor) {
    return mul(load(row + i), load(factor + i));
  } else {
    return load(row + i);
  }
}

template <bool kFactor>
inline void quantize_row(const float* row, int width, const float* factor, uint8_t* out, RowScale* scale) {
  F low = splat(3.4e38f), high = splat(-3.4e38f);
  for (int i = 0; i < width; i += 16) {
    const F x = scaled<kFactor>(row, factor, i);
    low = min(low, x);
    high = max(high, x);
  }
  const Quantizer q = quantizer(smallest(low), largest(high));
  *scale = q.scale;
  for (int i = 0; i < width; i += 16) {
    store_quantized(out + i, scaled<kFactor>(row, factor, i), q);
  }
}

void quantize_rows(const float* rows, size_t stride, int count, int width, const float* factor, uint8_t* out,
                   RowScale* scales) {
  for (int r = 0; r < count; r++) {
    const float* row = rows + r * stride;
    uint8_t* place = out + (size_t)r * width;
    if (factor != nullptr) {
      quantize_row<true>(row, width, factor, place, scales + r);
    } else {
      quantize_row<false>(row, width, factor, place, scales + r);
    }
  }
}

/** Sums in four chains, so that additions need not wait for each other; width: multiple of 64. */
template <class Term>
inline float sum_terms(int width, Term term) {
  F sums[4] = {splat(0.0f), splat(0.0f), splat(0.0f), splat(0.0f)};
  for (int i = 0; i < width; i += 64) {
    for (int chain = 0; chain < 4; chain++) {
      sums[chain] = term(sums[chain], i + chain * 16);
    }
  }
  return sum(add(add(sums[0], sums[1]), add(sums[2], sums[3])));
}

void normalize_rows(const float* rows, float* out, int count, int width, const Norm& norm, const float* factor,
                    uint8_t* quantized, RowScale* scales) {
  for (int r = 0; r < count; r++) {
    const float* row = rows + (size_t)r * width;
    float* place = out + (size_t)r * width;
    const float mean = sum_terms(width, [=](F sum, int i) { return add(sum, load(row + i)); }) / (float)width;
    const float squares = sum_terms(width, [=](F sum, int i) {
      const F x = sub(load(row + i), splat(mean));
      return fma(x, x, sum);
    });
    const float inverse = 1.0f / sqrtf(squares / (float)width + norm.epsilon);
    for (int i = 0; i < width; i += 16) {
      const F x = mul(sub(load(row + i), splat(mean)), splat(inverse));
      store(place + i, fma(x, load(norm.gamma + i), load(norm.beta + i)));
    }
    if (quantized != nullptr) {
      quantize_rows(place, 0, 1, width, factor, quantized + (size_t)r * width, scales + r);
    }
  }
}

}  // namespace
