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
  for_factors(rows, linear, [&](const TileFactors& f) {
    fetcher.fetch_part(f.panel, f.first);
    multiply_panel(
        f.rows, f.stride, f.count, f.columns, f.group_stride, f.quads, products[turn],
        [&](int step, int steps) { finish(before, before.count * step / steps, before.count * (step + 1) / steps); });
    before = f.tile(products[turn]);
    turn ^= 1;
  });
  finish(before, 0, before.count);
}

}  // namespace
