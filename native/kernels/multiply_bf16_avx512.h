/**
 * BF16 products with AVX-512 BF16: up to 6 rows × 64 columns, the sums of a whole product in 24 registers. In assembly for the
 * reason that multiply_avx512vnni.h gives. The contract stands in multiply_bf16_portable.h.
 */
#pragma once
#include <string.h>
#include "lanes_bf16_avx512.h"

namespace {

constexpr int kRowTile = 6;
constexpr int kDepthStep = 2;
constexpr int kKeyStep = 16;
constexpr bool kShortSums = false;

inline void enter_thread() {}

inline void dot_pairs(__m512& sum, __m512i row, __m512i columns) {
#if defined(__GNUC__)
  __asm__("vdpbf16ps %2, %1, %0" : "+v"(sum) : "v"(row), "v"(columns));
#else
  sum = _mm512_dpbf16_ps(sum, (__m512bh)row, (__m512bh)columns);
#endif
}

template <int kRows, int kGroups>
OCTAVEC_NOINLINE void multiply_tile(const uint8_t* a, size_t stride, const int8_t* b, size_t group_stride,
                                             int quads, float* c) {
  __m512 sums[kRows][kGroups];
#pragma GCC unroll 8
  for (int r = 0; r < kRows; r++) {
#pragma GCC unroll 4
    for (int g = 0; g < kGroups; g++) {
      sums[r][g] = _mm512_setzero_ps();
    }
  }
  for (int k = 0; k < quads; k++) {
    __m512i columns[kGroups];
#pragma GCC unroll 4
    for (int g = 0; g < kGroups; g++) {
      columns[g] = _mm512_load_si512(b + g * group_stride + k * 64);
    }
#pragma GCC unroll 8
    for (int r = 0; r < kRows; r++) {
      int32_t pair;
      memcpy(&pair, a + r * stride + k * 4, 4);
      const __m512i row = _mm512_set1_epi32(pair);
#pragma GCC unroll 4
      for (int g = 0; g < kGroups; g++) {
        dot_pairs(sums[r][g], row, columns[g]);
      }
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < kRows; r++) {
#pragma GCC unroll 4
    for (int g = 0; g < kGroups; g++) {
      _mm512_storeu_ps(c + r * 64 + g * 16, sums[r][g]);
    }
  }
}

template <int kGroups>
inline void multiply_rows(const uint8_t* a, size_t stride, int rows, const int8_t* b, size_t group_stride, int quads,
                          float* c) {
  switch (rows) {
    case 1:
      return multiply_tile<1, kGroups>(a, stride, b, group_stride, quads, c);
    case 2:
      return multiply_tile<2, kGroups>(a, stride, b, group_stride, quads, c);
    case 3:
      return multiply_tile<3, kGroups>(a, stride, b, group_stride, quads, c);
    case 4:
      return multiply_tile<4, kGroups>(a, stride, b, group_stride, quads, c);
    case 5:
      return multiply_tile<5, kGroups>(a, stride, b, group_stride, quads, c);
    default:
      return multiply_tile<6, kGroups>(a, stride, b, group_stride, quads, c);
  }
}

inline void multiply(const uint8_t* a, size_t stride, int rows, const int8_t* b, size_t group_stride, int groups,
                     int quads, float* c) {
  switch (groups) {
    case 1:
      return multiply_rows<1>(a, stride, rows, b, group_stride, quads, c);
    case 2:
      return multiply_rows<2>(a, stride, rows, b, group_stride, quads, c);
    case 3:
      return multiply_rows<3>(a, stride, rows, b, group_stride, quads, c);
    default:
      return multiply_rows<4>(a, stride, rows, b, group_stride, quads, c);
  }
}

}  // namespace
