/** Work on whole rows: LayerNorm, and rounding to the numbers that are multiplied (number_*.h). */
#pragma once
#include <math.h>
#include "kernels.h"

namespace {

using octavec::Norm;

void quantize_ranged(const float* rows, size_t stride, int count, int width, const float* ranges, uint8_t* out,
                     RowScale* scales) {
  for (int r = 0; r < count; r++) {
    const Quantizer q(smallest(load(ranges + r * 32)), largest(load(ranges + r * 32 + 16)));
    scales[r] = q.scale;
    for (int i = 0; i < width; i += 16) {
      q.store_numbers(out + ((size_t)r * width + i) * kNumberBytes, load(rows + r * stride + i));
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
  const Quantizer q(smallest(low), largest(high));
  *scale = q.scale;
  for (int i = 0; i < width; i += 16) {
    q.store_numbers(out + i * kNumberBytes, scaled<kFactor>(row, factor, i));
  }
}

void quantize_rows(const float* rows, size_t stride, int count, int width, const float* factor, uint8_t* out,
                   RowScale* scales) {
  for (int r = 0; r < count; r++) {
    const float* row = rows + r * stride;
    uint8_t* place = out + (size_t)r * width * kNumberBytes;
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
      quantize_rows(place, 0, 1, width, factor, quantized + (size_t)r * width * kNumberBytes, scales + r);
    }
  }
}

}  // namespace
