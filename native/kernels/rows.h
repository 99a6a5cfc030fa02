/** Work on whole rows: LayerNorm, and rounding to the numbers that are multiplied (number_*.h). */
#pragma once
#include <math.h>
#include "dispatch.h"
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
inline F scaled(F x, const float* factor, int i) {
  if constexpr (kFactor) {
    return mul(x, load(factor + i));
  } else {
    return x;
  }
}

/** The least and the largest number of a row, lane by lane. */
struct RowRange {
  F low = splat(3.4e38f), high = splat(-3.4e38f);

  void widen(F x) {
    low = min(low, x);
    high = max(high, x);
  }
};

template <bool kFactor>
inline void quantize_row(const float* row, int width, const float* factor, const RowRange& range, uint8_t* out,
                         RowScale* scale) {
  const Quantizer q(smallest(range.low), largest(range.high));
  *scale = q.scale;
  for (int i = 0; i < width; i += 16) {
    q.store_numbers(out + i * kNumberBytes, scaled<kFactor>(load(row + i), factor, i));
  }
}

/** Calls action(Constant<whether there are factors>()). */
template <class Action>
inline void with_factor(const float* factor, Action action) {
  if (factor != nullptr) {
    action(Constant<true>());
  } else {
    action(Constant<false>());
  }
}

void quantize_rows(const float* rows, size_t stride, int count, int width, const float* factor, uint8_t* out,
                   RowScale* scales) {
  with_factor(factor, [=](auto known) {
    constexpr bool kFactor = decltype(known)::value;
    for (int r = 0; r < count; r++) {
      const float* row = rows + r * stride;
      RowRange range;
      for (int i = 0; i < width; i += 16) {
        range.widen(scaled<kFactor>(load(row + i), factor, i));
      }
      quantize_row<kFactor>(row, width, factor, range, out + (size_t)r * width * kNumberBytes, scales + r);
    }
  });
}

/** Sums in four chains, so that additions need not wait for each other; width: multiple of 16. */
template <class Term>
inline float sum_terms(int width, Term term) {
  F sums[4] = {splat(0.0f), splat(0.0f), splat(0.0f), splat(0.0f)};
  int i = 0;
  for (; i + 64 <= width; i += 64) {
    for (int chain = 0; chain < 4; chain++) {
      sums[chain] = term(sums[chain], i + chain * 16);
    }
  }
  for (; i < width; i += 16) {
    sums[0] = term(sums[0], i);
  }
  return sum(add(add(sums[0], sums[1]), add(sums[2], sums[3])));
}

/** Calls finish(i, y) for the numbers y of a row's norm, sixteen at a time; width: multiple of 16. */
template <class Finish>
inline void normalize_row(const float* row, int width, const Norm& norm, Finish finish) {
  float mean = 0;
  if (!norm.rms) {
    mean = sum_terms(width, [=](F sum, int i) { return add(sum, load(row + i)); }) / (float)width;
  }
  const float squares = sum_terms(width, [=](F sum, int i) {
    const F x = sub(load(row + i), splat(mean));
    return fma(x, x, sum);
  });
  const float inverse = 1.0f / sqrtf(squares / (float)width + norm.epsilon);
  for (int i = 0; i < width; i += 16) {
    const F x = mul(sub(load(row + i), splat(mean)), splat(inverse));
    finish(i, fma(x, load(norm.gamma + i), load(norm.beta + i)));
  }
}

void normalize_rows(const float* rows, float* out, int count, int width, const Norm& norm, const float* factor,
                    uint8_t* quantized, RowScale* scales) {
  if (quantized == nullptr) {
    for (int r = 0; r < count; r++) {
      float* place = out + (size_t)r * width;
      normalize_row(rows + (size_t)r * width, width, norm, [=](int i, F y) { store(place + i, y); });
    }
    return;
  }
  with_factor(factor, [=, &norm](auto known) {
    constexpr bool kFactor = decltype(known)::value;
    for (int r = 0; r < count; r++) {
      float* place = out + (size_t)r * width;
      RowRange range;
      normalize_row(rows + (size_t)r * width, width, norm, [=, &range](int i, F y) {
        store(place + i, y);
        range.widen(scaled<kFactor>(y, factor, i));
      });
      quantize_row<kFactor>(place, width, factor, range, quantized + (size_t)r * width * kNumberBytes, scales + r);
    }
  });
}

void add_normalized(const float* rows, float* out, int count, int width, const Norm& norm) {
  for (int r = 0; r < count; r++) {
    float* place = out + (size_t)r * width;
    normalize_row(rows + (size_t)r * width, width, norm,
                  [=](int i, F y) { store(place + i, add(load(place + i), y)); });
  }
}

void normalize_parts(float* rows, size_t stride, int count, int parts, int width, const Norm& norm) {
  for (int r = 0; r < count; r++) {
    for (int part = 0; part < parts; part++) {
      float* place = rows + r * stride + (size_t)part * width;
      normalize_row(place, width, norm, [=](int i, F y) { store(place + i, y); });
    }
  }
}

void multiply_floats(const float* weights, const float* bias, const float* in, int inputs, int outputs, float* out) {
  const int whole = inputs / 16 * 16;
  for (int n = 0; n < outputs; n++) {
    const float* row = weights + (size_t)n * inputs;
    float y = sum_terms(whole, [=](F sum, int i) { return fma(load(row + i), load(in + i), sum); });
    for (int i = whole; i < inputs; i++) {
      y = fmaf(row[i], in[i], y);
    }
    out[n] = bias == nullptr ? y : y + bias[n];
  }
}

}  // namespace
