/**
 * Integer products on arm64: 4 rows × 16 columns at a time, by USDOT/SUDOT where the compiler may use it (i8mm), else
 * by SDOT (dotprod) on a - 128, corrected by 128 times the column's sum. The contract stands in multiply_portable.h.
 */
#pragma once
#include <arm_neon.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "dispatch.h"

namespace {

constexpr int kRowTile = 4;
constexpr int kDepthStep = 16;
constexpr int kKeyStep = 16;
constexpr bool kShortSums = false;
constexpr int kSignedLimit = 127;

inline void enter_thread() {}

#if defined(__ARM_FEATURE_MATMUL_INT8)
using Row = uint8x16_t;
inline Row load_row(const uint8_t* a) { return vld1q_u8(a); }
#define OCTAVEC_DOT(sum, columns, row, lane) vsudotq_laneq_s32(sum, columns, row, lane)
#else
using Row = int8x16_t;
inline Row load_row(const uint8_t* a) { return vreinterpretq_s8_u8(veorq_u8(vld1q_u8(a), vdupq_n_u8(128))); }
#define OCTAVEC_DOT(sum, columns, row, lane) vdotq_laneq_s32(sum, columns, row, lane)
#endif

/** Adds quad `kLane` of each row's sixteen bytes times one [16][4] block of columns. */
template <int kRows, int kLane>
inline void add_quad(int32x4_t (&sums)[kRows][4], const Row (&rows)[kRows], const int8_t* b) {
  const int8x16_t columns[4] = {vld1q_s8(b), vld1q_s8(b + 16), vld1q_s8(b + 32), vld1q_s8(b + 48)};
  for (int r = 0; r < kRows; r++) {
    for (int i = 0; i < 4; i++) {
      sums[r][i] = OCTAVEC_DOT(sums[r][i], columns[i], rows[r], kLane);
    }
  }
}
#undef OCTAVEC_DOT

struct DotTile {
  template <int kRows>
  OCTAVEC_NOINLINE static void run(const uint8_t* a, size_t stride, const int8_t* b, int quads, int32_t* c) {
    int32x4_t sums[kRows][4];
#if defined(__ARM_FEATURE_MATMUL_INT8)
    const int32x4_t start[4] = {vdupq_n_s32(0), vdupq_n_s32(0), vdupq_n_s32(0), vdupq_n_s32(0)};
#else
    int32x4_t start[4] = {vdupq_n_s32(0), vdupq_n_s32(0), vdupq_n_s32(0), vdupq_n_s32(0)};
    for (int k = 0; k < quads; k++) {
      for (int i = 0; i < 4; i++) {
        start[i] = vdotq_s32(start[i], vld1q_s8(b + k * 64 + i * 16), vdupq_n_s8(1));
      }
    }
    for (int i = 0; i < 4; i++) {
      start[i] = vshlq_n_s32(start[i], 7);
    }
#endif
    for (int r = 0; r < kRows; r++) {
      for (int i = 0; i < 4; i++) {
        sums[r][i] = start[i];
      }
    }
    for (int k = 0; k < quads; k += 4, b += 256) {
      Row rows[kRows];
      for (int r = 0; r < kRows; r++) {
        rows[r] = load_row(a + r * stride + k * 4);
      }
      add_quad<kRows, 0>(sums, rows, b);
      add_quad<kRows, 1>(sums, rows, b + 64);
      add_quad<kRows, 2>(sums, rows, b + 128);
      add_quad<kRows, 3>(sums, rows, b + 192);
    }
    for (int r = 0; r < kRows; r++) {
      for (int i = 0; i < 4; i++) {
        vst1q_s32(c + r * 64 + i * 4, sums[r][i]);
      }
    }
  }
};

inline void multiply(const uint8_t* a, size_t stride, int rows, const int8_t* b, size_t group_stride, int groups,
                     int quads, int32_t* c) {
  multiply_by_groups<DotTile, kRowTile>(a, stride, rows, b, group_stride, groups, quads, c);
}

}  // namespace
