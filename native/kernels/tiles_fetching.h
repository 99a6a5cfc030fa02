/**
 * Tiles one after the other, each of which fetches a quarter of the next panel while it multiplies. A short text has few
 * tiles in a panel, and all of its time is waiting for weights: asked for all at once they fill the queue of misses
 * and hold up the products, asked for one by one they come along with them.
 */
#pragma once
#include "tile.h"

namespace {

/** Calls finish(tile, begin, end) for all rows of every tile. */
template <class Finish>
inline void for_tiles(const QuantizedRows& rows, const PackedLinear& linear, Finish finish) {
  alignas(64) Product products[kRowTile * kPanel];
  const size_t column_bytes = (size_t)linear.inputs * kNumberBytes;
  const size_t panel_bytes = column_bytes * kPanel;
  const size_t group_stride = column_bytes * 16;
  const int quads = (int)column_bytes / 4;
  for (int panel = 0; panel < linear.columns; panel += kPanel) {
    const int8_t* columns = linear.groups + panel * column_bytes;
    const bool is_last = panel + kPanel >= linear.columns;
    for (int first = 0; first < rows.rows; first += kRowTile) {
      const int count = rows.rows - first < kRowTile ? rows.rows - first : kRowTile;
      const uint8_t* values = rows.values + first * rows.stride;
      const size_t fetched = (size_t)(first / kRowTile) * quads * 64;
      if (is_last || fetched >= panel_bytes) {
        multiply(values, rows.stride, count, columns, group_stride, 4, quads, products);
      } else {
        multiply_fetching(values, rows.stride, count, columns, group_stride, quads, products,
                          columns + panel_bytes + fetched);
      }
      finish(Tile{first, count, panel, products}, 0, count);
    }
  }
}

}  // namespace
