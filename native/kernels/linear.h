/**
 * Linear layers: products tile by tile (for_tiles, which stands in tiles.h or tiles_interleaved.h), and what is
 * done with a tile while it is still in the nearest cache.
 */
#pragma once
#include "arithmetic.h"
#include "kernels.h"

namespace {

using octavec::kPanel;
using octavec::PackedLinear;
using octavec::QuantizedRows;

/** The numbers that go with the columns of a panel. */
struct PanelTerms {
  F scale[4], sum[4], bias[4];

  PanelTerms(const PackedLinear& linear, int panel) {
    for (int g = 0; g < 4; g++) {
      scale[g] = load(linear.scale + panel + g * 16);
      sum[g] = load(linear.sum + panel + g * 16);
      bias[g] = load(linear.bias + panel + g * 16);
    }
  }
};

/** One row of a panel: x W + b. */
struct PanelRow {
  F values[4];

  PanelRow(const Product* products, const PanelTerms& terms, const RowScale& row) {
    for (int g = 0; g < 4; g++) {
      values[g] = finish_product(products + g * 16, terms.scale[g], terms.sum[g], terms.bias[g], row);
    }
  }
};

void linear_store(const QuantizedRows& rows, const PackedLinear& linear, float* out, size_t stride) {
  for_tiles(rows, linear, [&](const Tile& tile, int begin, int end) {
    const PanelTerms terms(linear, tile.panel);
    for (int r = begin; r < end; r++) {
      const PanelRow y(tile.products + r * kPanel, terms, rows.scales[tile.first + r]);
      float* place = out + (tile.first + r) * stride + tile.panel;
      for (int g = 0; g < 4; g++) {
        store(place + g * 16, y.values[g]);
      }
    }
  });
}

void linear_add(const QuantizedRows& rows, const PackedLinear& linear, float* out, size_t stride) {
  for_tiles(rows, linear, [&](const Tile& tile, int begin, int end) {
    const PanelTerms terms(linear, tile.panel);
    for (int r = begin; r < end; r++) {
      const PanelRow y(tile.products + r * kPanel, terms, rows.scales[tile.first + r]);
      float* place = out + (tile.first + r) * stride + tile.panel;
      for (int g = 0; g < 4; g++) {
        store(place + g * 16, add(load(place + g * 16), y.values[g]));
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

inline void widen_range(float* range, const F (&y)[4]) {
  store(range, min(load(range), min(min(y[0], y[1]), min(y[2], y[3]))));
  store(range + 16, max(load(range + 16), max(max(y[0], y[1]), max(y[2], y[3]))));
}

template <Activation kActivation>
void activate_tiles(const QuantizedRows& rows, const PackedLinear& linear, float* out, size_t stride, float* ranges) {
  start_ranges(ranges, rows.rows);
  for_tiles(rows, linear, [&](const Tile& tile, int begin, int end) {
    const PanelTerms terms(linear, tile.panel);
    for (int r = begin; r < end; r++) {
      PanelRow y(tile.products + r * kPanel, terms, rows.scales[tile.first + r]);
      float* place = out + (tile.first + r) * stride + tile.panel;
      for (int g = 0; g < 4; g++) {
        y.values[g] = activate<kActivation>(y.values[g]);
        store(place + g * 16, y.values[g]);
      }
      widen_range(ranges + (tile.first + r) * 32, y.values);
    }
  });
}

/** Panels alternate: 64 columns of the activated half, then the same columns of the other. */
template <Activation kActivation>
void gate_tiles(const QuantizedRows& rows, const PackedLinear& linear, float* out, size_t stride, float* ranges) {
  start_ranges(ranges, rows.rows);
  for_tiles(rows, linear, [&](const Tile& tile, int begin, int end) {
    const PanelTerms terms(linear, tile.panel);
    const bool activated = tile.panel / kPanel % 2 == 0;
    for (int r = begin; r < end; r++) {
      PanelRow y(tile.products + r * kPanel, terms, rows.scales[tile.first + r]);
      float* place = out + (tile.first + r) * stride + tile.panel / (2 * kPanel) * kPanel;
      for (int g = 0; g < 4; g++) {
        y.values[g] = activated ? activate<kActivation>(y.values[g]) : mul(load(place + g * 16), y.values[g]);
        store(place + g * 16, y.values[g]);
      }
      if (!activated) {
        widen_range(ranges + (tile.first + r) * 32, y.values);
      }
    }
  });
}

void linear_activate(const QuantizedRows& rows, const PackedLinear& linear, Activation activation, float* out,
                     size_t stride, float* ranges) {
  with_activation(activation,
                  [&](auto known) { activate_tiles<decltype(known)::value>(rows, linear, out, stride, ranges); });
}

void linear_gated(const QuantizedRows& rows, const PackedLinear& linear, Activation activation, float* out,
                  size_t stride, float* ranges) {
  with_activation(activation,
                  [&](auto known) { gate_tiles<decltype(known)::value>(rows, linear, out, stride, ranges); });
}

}  // namespace
