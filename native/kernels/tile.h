/** A tile of products: some rows × the 64 columns of a panel. Numbers and products are those of number_*.h. */
#pragma once
#include "kernels.h"

namespace {

using octavec::kPanel;
using octavec::PackedLinear;
using octavec::QuantizedRows;

struct Tile {
  int first, count, panel;
  /** [kRowTile × 64] */
  const Product* products;
};

/**
 * Brings the panel behind one that is at work nearer, a part with every tile: a layer's weights come from far once for
 * each chunk.
 */
class PanelFetcher {
 public:
  PanelFetcher(const QuantizedRows& rows, const PackedLinear& linear)
      : linear_(linear), bytes_((size_t)linear.inputs * kPanel * kNumberBytes) {
    const size_t tiles = (rows.rows + kRowTile - 1) / kRowTile;
    part_ = (bytes_ / tiles + 63) / 64 * 64;
  }

  void fetch_part(int panel, int first) const {
    if (panel + kPanel < linear_.columns) {
      const int8_t* next = linear_.groups + (size_t)(panel + kPanel) * linear_.inputs * kNumberBytes;
      const size_t begin = first / kRowTile * part_;
      for (size_t at = begin; at < begin + part_ && at < bytes_; at += 64) {
        fetch(next + at);
      }
    }
  }

 private:
  const PackedLinear& linear_;
  size_t bytes_, part_;
};

}  // namespace
