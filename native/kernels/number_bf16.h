/** What is multiplied in BF16: the upper halves of floats, rounded to the nearest, without any scales. */
#pragma once
#include "kernels.h"

namespace {

using octavec::RowScale;

constexpr int kNumberBytes = 2;
/** A sum of products. */
using Product = float;

inline F product_lanes(const Product* products) { return load(products); }

inline F finish_product(const Product* products, F, F, F bias, const RowScale&) { return add(load(products), bias); }

struct Quantizer {
  RowScale scale = {1.0f, 0.0f};

  Quantizer(float, float) {}

  void store_numbers(uint8_t* out, F x) const { store_bf16(out, x); }
};

}  // namespace
