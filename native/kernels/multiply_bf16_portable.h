/**
 * BF16 products in plain C++, and the contract of every multiply_bf16_*.h: that of multiply_portable.h, but that four
 * bytes are two BF16 of the depth, and that products are summed in FP32, from the first to the last. How a sum of two
 * is rounded on the way is the instruction set's own.
 */
#pragma once
#include "lanes_bf16_portable.h"

namespace {

constexpr int kRowTile = 4;
constexpr int kDepthStep = 2;
constexpr int kKeyStep = 16;
constexpr bool kShortSums = false;

inline void enter_thread() {}

inline float bf16_at(const void* p, int index) {
  uint16_t half;
  memcpy(&half, (const uint8_t*)p + 2 * index, 2);
  return float_of(half);
}

inline void multiply(const uint8_t* a, size_t stride, int rows, const int8_t* b, size_t group_stride, int groups,
                     int quads, float* c) {
  for (int r = 0; r < rows; r++) {
    for (int g = 0; g < groups; g++) {
      float sums[16] = {};
      const int8_t* pair = b + g * group_stride;
      for (int k = 0; k < quads; k++, pair += 64) {
        const uint8_t* row = a + r * stride + k * 4;
        for (int column = 0; column < 16; column++) {
          for (int i = 0; i < 2; i++) {
            // The product of two BF16 is exact in FP32.
            sums[column] += bf16_at(row, i) * bf16_at(pair + column * 4, i);
          }
        }
      }
      memcpy(c + r * 64 + g * 16, sums, sizeof sums);
    }
  }
}

}  // namespace
