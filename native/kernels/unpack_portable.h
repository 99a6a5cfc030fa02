/** Weights of four bits to S8 codes, in plain C++: see NarrowWeights. */
#pragma once
#include <string.h>
#include "kernels.h"

namespace {

using octavec::kLanes;
using octavec::kPanel;
using octavec::PackedLinear;

/** High byte of what becomes of a 4-bit code in the upper bits of `v`. */
inline int8_t unpacked_code(int16_t v, int16_t step, int16_t offset) {
  const int32_t scaled = ((int32_t)v * step + (1 << 14)) >> 15;
  return (int8_t)((int16_t)(uint16_t)(scaled + offset) >> 8);
}

/** Codes of eight inputs of a column's two words. */
inline void unpack_column(const uint16_t* words, int16_t step, int16_t offset, int8_t* first, int8_t* second) {
  for (int i = 0; i < 2; i++) {
    const uint32_t word = words[i];
    first[2 * i] = unpacked_code((int16_t)(word & 0xf000), step, offset);
    first[2 * i + 1] = unpacked_code((int16_t)(word << 4 & 0xf000), step, offset);
    second[2 * i] = unpacked_code((int16_t)(word << 8 & 0xf000), step, offset);
    second[2 * i + 1] = unpacked_code((int16_t)(word << 12 & 0xf000), step, offset);
  }
}

inline void unpack_eight(const uint8_t* packed, const int16_t* steps, const int16_t* offsets, int8_t* out) {
  for (int column = 0; column < kLanes; column++) {
    uint16_t words[2];
    memcpy(words, packed + column * sizeof words, sizeof words);
    unpack_column(words, steps[column], offsets[column], out + column * 4, out + 64 + column * 4);
  }
}

struct Unpacker {
  int16_t steps[kLanes], offsets[kLanes];

  explicit Unpacker(const uint8_t* block) {
    memcpy(steps, block, sizeof steps);
    memcpy(offsets, block + sizeof steps, sizeof offsets);
  }
  /** 64 bytes to the codes of eight inputs, [2][16][4]. */
  void operator()(const uint8_t* packed, int8_t* out) const { unpack_eight(packed, steps, offsets, out); }
};

}  // namespace
