/**
 * Tiles one after the other, each of which fetches a quarter of the next panel while it multiplies. A short text has
 * few tiles in a panel, and all of its time is waiting for weights: asked for all at once they fill the queue of misses
 * and hold up the products, asked for one by one they come along with them.
 */
#pragma once
#include "tile.h"

namespace {

/** Calls finish(tile, begin, end) for all rows of every tile. */
template <class Finish>
inline void for_tiles(const QuantizedRows& rows, const PackedLinear& linear, Finish finish) {
  alignas(64) Product products[kRowTile * kPanel];
  for_factors(rows, linear, [&](const TileFactors& f) {
    const PanelMemory next = f.panel + kPanel < linear.columns ? panel_memory(linear, f.panel + kPanel) : PanelMemory{};
    const size_t fetched = (size_t)(f.first / kRowTile) * f.quads * 64;
    if (fetched >= next.bytes) {
      multiply(f.rows, f.stride, f.count, f.columns, f.group_stride, 4, f.quads, products);
    } else {
      multiply_fetching(f.rows, f.stride, f.count, f.columns, f.group_stride, f.quads, products, next.begin + fetched);
    }
    finish(f.tile(products), 0, f.count);
  });
}

}  // namespace
