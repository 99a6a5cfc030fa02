/**
 * Integer products in plain C++, and the contract of every multiply_*.h:
 *
 *   multiply(a, stride, rows, b, group_stride, groups, quads, c)
 *
 * c[row * 64 + column] = sum over depth of a (unsigned bytes) times b (signed bytes), exactly, in int32.
 * a: rows (1 to kRowTile) of 4 * quads bytes, `stride` apart; b: `groups` (1 to 4) groups of sixteen columns,
 * [quads][16][4] each, `group_stride` bytes apart; rows beyond `rows` of c may be overwritten up to kRowTile, and rows
 * of a up to kRowTile may be read.
 *
 * kDepthStep: bytes of depth that the kernel takes at once; kKeyStep: likewise for
 * keys. kSignedLimit: the largest magnitude that keys and values may have. kShortSums: what weights have to be like
 * (see kernels.h).
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

#ifndef OCTAVEC_SHORT_SUMS
#define OCTAVEC_SHORT_SUMS false
#endif

namespace {

constexpr int kRowTile = 4;
constexpr int kDepthStep = 4;
constexpr int kKeyStep = 16;
constexpr bool kShortSums = OCTAVEC_SHORT_SUMS;
constexpr int kSignedLimit = kShortSums ? 63 : 127;

inline void enter_thread() {}

inline void multiply(const uint8_t* a, size_t stride, int rows, const int8_t* b, size_t group_stride, int groups,
                     int quads, int32_t* c) {
  for (int r = 0; r < rows; r++) {
    for (int g = 0; g < groups; g++) {
      int32_t sums[16] = {};
      const int8_t* quad = b + g * group_stride;
      for (int k = 0; k < quads; k++, quad += 64) {
        const uint8_t* row = a + r * stride + k * 4;
        for (int column = 0; column < 16; column++) {
          for (int i = 0; i < 4; i++) {
            sums[column] += (int32_t)row[i] * quad[column * 4 + i];
          }
        }
      }
      for (int column = 0; column < 16; column++) {
        c[r * 64 + g * 16 + column] = sums[column];
      }
    }
  }
}

}  // namespace
