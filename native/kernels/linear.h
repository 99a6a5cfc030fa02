/** Linear layers: integer products tile by tile, and what is done with a tile while it is still in the nearest cache. */
#pragma once
#include "arithmetic.h"
#include "kernels.h"

namespace {

using octavec::kPanel;
using octavec::PackedLinear;
using octavec::QuantizedRows;
using octavec::RowScale;

/** The numbers that go with sixteen columns of a linear layer. */
struct ColumnTerms {
  F scale, sum, bias;
};

inline ColumnTerms column_terms(const PackedLinear& linear, int column) {
  return {load(linear.scale + column), load(linear.sum + column), load(linear.bias + column)};
}

/** x W + b from the integer product: (scale_w q)(scale_x q) summed, plus low_x times the column's sum, plus the bias. */
inline F dequantize(const int32_t* product, const ColumnTerms& terms, const RowScale& row) {
  const F scaled = mul(to_float(load_ints(product)), terms.scale);
  return fma(scaled, splat(row.scale), fma(splat(row.low), terms.sum, terms.bias));
}

/** Calls finish(first row, rows, panel, products) for every tile: rows × 64 columns, products of a row 64 apart. */
template <class Finish>
inline void for_tiles(const QuantizedRows& rows, const PackedLinear& linear, Finish finish) {
  alignas(64) int32_t products[kRowTile * kPanel];
  const size_t group_stride = (size_t)linear.inputs * 16;
  for (int panel = 0; panel < linear.columns; panel += kPanel) {
    const int8_t* columns = linear.groups + (size_t)panel * linear.inputs;
    for (int first = 0; first < rows.rows; first += kRowTile) {
      const int count = rows.rows - first < kRowTile ? rows.rows - first : kRowTile;
      multiply(rows.values + first * rows.stride, rows.stride, count, columns, group_stride, 4, linear.inputs / 4,
               products);
      finish(first, count, panel, products);
    }
  }
}

void linear_store(const QuantizedRows& rows, const PackedLinear& linear, float* out, size_t stride) {
  for_tiles(rows, linear, [&](int first, int count, int panel, const int32_t* products) {
    for (int column = 0; column < kPanel; column += 16) {
      const ColumnTerms terms = column_terms(linear, panel + column);
      for (int r = 0; r < count; r++) {
        store(out + (first + r) * stride + panel + column,
              dequantize(products + r * kPanel + column, terms, rows.scales[first + r]));
      }
    }
  });
}

void linear_add(const QuantizedRows& rows, const PackedLinear& linear, float* out, size_t stride) {
  for_tiles(rows, linear, [&](int first, int count, int panel, const int32_t* products) {
    for (int column = 0; column < kPanel; column += 16) {
      const ColumnTerms terms = column_terms(linear, panel + column);
      for (int r = 0; r < count; r++) {
        float* place = out + (first + r) * stride + panel + column;
        store(place, add(load(place), dequantize(products + r * kPanel + column, terms, rows.scales[first + r])));
      }
    }
  });
}

/** Ranges of a row, lane by lane: they are folded once, when the row is quantized. */
inline void start_ranges(float* ranges, int rows) {
  for (int r = 0; r < rows; r++) {
    store(ranges + r * 32, splat(3.4e38f));
    store(ranges + r * 32 + 16, splat(-3.4e38f));
  }
}

template <Activation kActivation>
void activate_tiles(const QuantizedRows& rows, const PackedLinear& linear, float* out, size_t stride, float* ranges) {
  start_ranges(ranges, rows.rows);
  for_tiles(rows, linear, [&](int first, int count, int panel, const int32_t* products) {
    for (int column = 0; column < kPanel; column += 16) {
      const ColumnTerms terms = column_terms(linear, panel + column);
      for (int r = 0; r < count; r++) {
        const F y = activate<kActivation>(dequantize(products + r * kPanel + column, terms, rows.scales[first + r]));
        store(out + (first + r) * stride + panel + column, y);
        float* range = ranges + (first + r) * 32;
        store(range, min(load(range), y));
        store(range + 16, max(load(range + 16), y));
      }
    }
  });
}

/** Panels alternate: 64 columns of the activated half, then the same columns of the other. */
template <Activation kActivation>
void gate_tiles(const QuantizedRows& rows, const PackedLinear& linear, float* out, size_t stride, float* ranges) {
  start_ranges(ranges, rows.rows);
  for_tiles(rows, linear, [&](int first, int count, int panel, const int32_t* products) {
    const bool activated = panel / kPanel % 2 == 0;
    for (int column = 0; column < kPanel; column += 16) {
      const ColumnTerms terms = column_terms(linear, panel + column);
      for (int r = 0; r < count; r++) {
        const F y = dequantize(products + r * kPanel + column, terms, rows.scales[first + r]);
        float* place = out + (first + r) * stride + panel / (2 * kPanel) * kPanel + column;
        if (activated) {
          store(place, activate<kActivation>(y));
          continue;
        }
        const F gated = mul(load(place), y);
        store(place, gated);
        float* range = ranges + (first + r) * 32;
        store(range, min(load(range), gated));
        store(range + 16, max(load(range + 16), gated));
      }
    }
  });
}

void linear_activate(const QuantizedRows& rows, const PackedLinear& linear, Activation activation, float* out,
                     size_t stride, float* ranges) {
  switch (activation) {
    case Activation::kGelu:
      return activate_tiles<Activation::kGelu>(rows, linear, out, stride, ranges);
    case Activation::kGeluTanh:
      return activate_tiles<Activation::kGeluTanh>(rows, linear, out, stride, ranges);
    case Activation::kRelu:
      return activate_tiles<Activation::kRelu>(rows, linear, out, stride, ranges);
    case Activation::kSilu:
      return activate_tiles<Activation::kSilu>(rows, linear, out, stride, ranges);
  }
}

void linear_gated(const QuantizedRows& rows, const PackedLinear& linear, Activation activation, float* out,
                  size_t stride, float* ranges) {
  switch (activation) {
    case Activation::kGelu:
      return gate_tiles<Activation::kGelu>(rows, linear, out, stride, ranges);
    case Activation::kGeluTanh:
      return gate_tiles<Activation::kGeluTanh>(rows, linear, out, stride, ranges);
    case Activation::kRelu:
      return gate_tiles<Activation::kRelu>(rows, linear, out, stride, ranges);
    case Activation::kSilu:
      return gate_tiles<Activation::kSilu>(rows, linear, out, stride, ranges);
  }
}

}  // namespace
