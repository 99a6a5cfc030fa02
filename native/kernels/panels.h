/** Where the weights of a panel stand, and their codes where they have four bits. */
#pragma once
#include "kernels.h"

// Instruction sets that have a faster way include it before.
#ifndef OCTAVEC_UNPACKER
#include "unpack_portable.h"
#endif

namespace {

using octavec::kLanes;
using octavec::kPanel;
using octavec::NarrowWeights;
using octavec::PackedLinear;

/** The memory of a panel's weights. */
struct PanelMemory {
  const int8_t* begin;
  size_t bytes;
};

inline size_t narrow_group_bytes(const PackedLinear& linear) {
  const NarrowWeights& narrow = linear.narrow;
  return (size_t)((linear.inputs + narrow.block - 1) / narrow.block) * (64 + narrow.block * 8);
}

/** Of a panel within the layer. */
inline PanelMemory panel_memory(const PackedLinear& linear, int panel) {
  if (panel < linear.narrow.columns) {
    const size_t group = narrow_group_bytes(linear);
    return {(const int8_t*)linear.narrow.blocks + panel / kLanes * group, kPanel / kLanes * group};
  }
  const size_t column_bytes = (size_t)linear.inputs * kNumberBytes;
  return {linear.groups + (panel - linear.narrow.columns) * column_bytes, kPanel * column_bytes};
}

/** Writes the S8 codes of a panel of four bits as the groups of others are. */
inline void unpack_panel(const PackedLinear& linear, int panel) {
  const NarrowWeights& narrow = linear.narrow;
  const uint8_t* at = (const uint8_t*)panel_memory(linear, panel).begin;
  int8_t* out = narrow.panel;
  for (int group = 0; group < kPanel / kLanes; group++) {
    for (int first = 0; first < linear.inputs; first += narrow.block) {
      const Unpacker unpack(at);
      at += 64;
      const int end = linear.inputs - first < narrow.block ? linear.inputs - first : narrow.block;
      for (int k = 0; k < end; k += 8, out += 128) {
        unpack(at + k * 8, out);
      }
      at += narrow.block * 8;
    }
  }
}

/** The groups of a panel, ready to be multiplied. */
inline const int8_t* ready_panel(const PackedLinear& linear, int panel) {
  if (panel < linear.narrow.columns) {
    unpack_panel(linear, panel);
    return linear.narrow.panel;
  }
  return panel_memory(linear, panel).begin;
}

}  // namespace
