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
  for_factors(rows, linear, [&](const TileFactors& f) {
    fetcher.fetch_part(f.panel, f.first);
    OCTAVEC_MULTIPLY_WEIGHTS(f.rows, f.stride, f.count, f.columns, f.group_stride, 4, f.quads, products);
    finish(f.tile(products), 0, f.count);
  });
}

}  // namespace
