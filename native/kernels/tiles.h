/** Tiles one after the other: products, then what is done with them. */
#pragma once
#include "tile.h"

// Instruction sets that multiply weights in another way than keys and values say so.
#ifndef OCTAVEC_MULTIPLY_WEIGHTS
#define OCTAVEC_MULTIPLY_WEIGHTS multiply
#endif

namespace {

/** Calls finish(tile, begin, end) for all rows of every tile. */
template <class Finish>
inline void for_tiles(const QuantizedRows& rows, const PackedLinear& linear, Finish finish) {
  alignas(64) Product products[kRowTile * kPanel];
  const PanelFetcher fetcher(rows, linear);
  const size_t column_bytes = (size_t)linear.inputs * kNumberBytes;
  for (int panel = 0; panel < linear.columns; panel += kPanel) {
    const int8_t* columns = linear.groups + panel * column_bytes;
    for (int first = 0; first < rows.rows; first += kRowTile) {
      const int count = rows.rows - first < kRowTile ? rows.rows - first : kRowTile;
      fetcher.fetch_part(panel, first);
      OCTAVEC_MULTIPLY_WEIGHTS(rows.values + first * rows.stride, rows.stride, count, columns,
                               column_bytes * 16, 4, (int)column_bytes / 4, products);
      finish(Tile{first, count, panel, products}, 0, count);
    }
  }
}

}  // namespace
