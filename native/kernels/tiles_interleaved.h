/**
 * Tiles of AMX: while its unit multiplies one tile, the vector units finish the one before. The processor does not look
 * far enough ahead to find that by itself, so the rows to finish are spread between the steps of the multiplication.
 */
#pragma once
#include "tile.h"

namespace {

/** Calls finish(tile, begin, end) for all rows of every tile, some at a time. */
template <class Finish>
inline void for_tiles(const QuantizedRows& rows, const PackedLinear& linear, Finish finish) {
  alignas(64) Product products[2][kRowTile * kPanel];
  const PanelFetcher fetcher(rows, linear);
  Tile before{0, 0, 0, products[1]};
  int turn = 0;
  const size_t column_bytes = (size_t)linear.inputs * kNumberBytes;
  for (int panel = 0; panel < linear.columns; panel += kPanel) {
    const int8_t* columns = linear.groups + panel * column_bytes;
    for (int first = 0; first < rows.rows; first += kRowTile, turn ^= 1) {
      const int count = rows.rows - first < kRowTile ? rows.rows - first : kRowTile;
      fetcher.fetch_part(panel, first);
      multiply_panel(rows.values + first * rows.stride, rows.stride, count, columns, column_bytes * 16,
                     (int)column_bytes / 4, products[turn], [&](int step, int steps) {
                       finish(before, before.count * step / steps, before.count * (step + 1) / steps);
                     });
      before = Tile{first, count, panel, products[turn]};
    }
  }
  finish(before, 0, before.count);
}

}  // namespace
