/** A tile of products: some rows × the 64 columns of a panel. Numbers and products are those of number_*.h. */
#pragma once
#include "kernels.h"
#include "panels.h"

namespace {

using octavec::kPanel;
using octavec::PackedLinear;
using octavec::QuantizedRows;

struct Tile {
  int first, count, panel;
  /** [kRowTile × 64] */
  const Product* products;
};

/** What is multiplied for a tile; see multiply_portable.h. */
struct TileFactors {
  int first, count, panel;
  const uint8_t* rows;
  size_t stride;
  const int8_t* columns;
  size_t group_stride;
  int quads;

  Tile tile(const Product* products) const { return {first, count, panel, products}; }
};

/** Calls visit(factors) for every tile, all of a panel one after the other. */
template <class Visit>
inline void for_factors(const QuantizedRows& rows, const PackedLinear& linear, Visit visit) {
  const size_t column_bytes = (size_t)linear.inputs * kNumberBytes;
  for (int panel = 0; panel < linear.columns; panel += kPanel) {
    const int8_t* columns = ready_panel(linear, panel);
    for (int first = 0; first < rows.rows; first += kRowTile) {
      const int count = rows.rows - first < kRowTile ? rows.rows - first : kRowTile;
      visit(TileFactors{first, count, panel, rows.values + first * rows.stride, rows.stride, columns, column_bytes * 16,
                        (int)column_bytes / 4});
    }
  }
}

/**
 * Brings the panel behind one that is at work nearer, a part with every tile: a layer's weights come from far once for
 * each chunk.
 */
class PanelFetcher {
 public:
  PanelFetcher(const QuantizedRows& rows, const PackedLinear& linear)
      : linear_(linear), tiles_((rows.rows + kRowTile - 1) / kRowTile) {}

  void fetch_part(int panel, int first) const {
    if (panel + kPanel < linear_.columns) {
      const PanelMemory next = panel_memory(linear_, panel + kPanel);
      const size_t part = (next.bytes / tiles_ + 63) / 64 * 64, begin = first / kRowTile * part;
      for (size_t at = begin; at < begin + part && at < next.bytes; at += 64) {
        fetch(next.begin + at);
      }
    }
  }

 private:
  const PackedLinear& linear_;
  size_t tiles_;
};

}  // namespace
