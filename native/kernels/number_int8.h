/** What is multiplied in INT8: U8 rows with a scale and a low end each, times S8 with a scale for each column. */
#pragma once
#include "kernels.h"

namespace {

using octavec::RowScale;

constexpr int kNumberBytes = 1;
/** A sum of products. */
using Product = int32_t;

inline F product_lanes(const Product* products) { return to_float(load_ints(products)); }

/**
 * What stands behind a column's products: (scale_w q)(scale_x q) summed, plus low_x times the column's sum, plus the
 * bias.
 */
inline F finish_product(const Product* products, F scale, F sum, F bias, const RowScale& row) {
  const F scaled = mul(product_lanes(products), scale);
  return fma(scaled, splat(row.scale), fma(splat(row.low), sum, bias));
}

/** x = low + scale * q with q in 0..255. A row without spread (or with numbers that are none) gets scale 0. */
struct Quantizer {
  RowScale scale;
  float inverse;

  Quantizer(float low, float high) {
    const float range = high - low;
    const bool usable = range > 1e-30f && range < 3e38f;
    scale = {usable ? range / 255.0f : 0.0f, low};
    inverse = usable ? 255.0f / range : 0.0f;
  }

  void store_numbers(uint8_t* out, F x) const {
    store_bytes(out, round_int(mul(sub(x, splat(scale.low)), splat(inverse))));
  }
};

}  // namespace
