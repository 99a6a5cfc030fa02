/**
 * Integer products with AVX-512 VNNI: up to 6 rows × 64 columns, the sums of a whole product in 24 registers.
 *
 * The instruction stands in inline assembly: with the intrinsic, g++ 12 copies or spills the accumulators, which costs
 * three quarters of the speed. scripts/check-kernel.mjs looks at the result for stack traffic.
 */
#pragma once
#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

namespace {

constexpr int kRowTile = 6;
constexpr int kDepthStep = 4;
constexpr int kKeyStep = 16;
constexpr bool kShortSums = false;
constexpr int kSignedLimit = 127;

inline void enter_thread() {}

inline void dot_quads(__m512i& sum, __m512i unsigned_bytes, __m512i signed_bytes) {
#if defined(__GNUC__)
  __asm__("vpdpbusd %2, %1, %0" : "+v"(sum) : "v"(unsigned_bytes), "v"(signed_bytes));
#else
  sum = _mm512_dpbusd_epi32(sum, unsigned_bytes, signed_bytes);
#endif
}

template <int kRows, int kGroups, bool kFetch>
OCTAVEC_NOINLINE void multiply_tile(const uint8_t* a, size_t stride, const int8_t* b, size_t group_stride,
                                             int quads, int32_t* c, const int8_t* next) {
  __m512i sums[kRows][kGroups];
#pragma GCC unroll 8
  for (int r = 0; r < kRows; r++) {
#pragma GCC unroll 4
    for (int g = 0; g < kGroups; g++) {
      sums[r][g] = _mm512_setzero_si512();
    }
  }
  for (int k = 0; k < quads; k++) {
    if constexpr (kFetch) {
      fetch(next + k * 64);
    }
    __m512i columns[kGroups];
#pragma GCC unroll 4
    for (int g = 0; g < kGroups; g++) {
      columns[g] = _mm512_load_si512(b + g * group_stride + k * 64);
    }
#pragma GCC unroll 8
    for (int r = 0; r < kRows; r++) {
      int32_t quad;
      memcpy(&quad, a + r * stride + k * 4, 4);
      const __m512i row = _mm512_set1_epi32(quad);
#pragma GCC unroll 4
      for (int g = 0; g < kGroups; g++) {
        dot_quads(sums[r][g], row, columns[g]);
      }
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < kRows; r++) {
#pragma GCC unroll 4
    for (int g = 0; g < kGroups; g++) {
      _mm512_storeu_si512(c + r * 64 + g * 16, sums[r][g]);
    }
  }
}

template <int kGroups, bool kFetch = false>
inline void multiply_rows(const uint8_t* a, size_t stride, int rows, const int8_t* b, size_t group_stride, int quads,
                          int32_t* c, const int8_t* next = nullptr) {
  switch (rows) {
    case 1:
      return multiply_tile<1, kGroups, kFetch>(a, stride, b, group_stride, quads, c, next);
    case 2:
      return multiply_tile<2, kGroups, kFetch>(a, stride, b, group_stride, quads, c, next);
    case 3:
      return multiply_tile<3, kGroups, kFetch>(a, stride, b, group_stride, quads, c, next);
    case 4:
      return multiply_tile<4, kGroups, kFetch>(a, stride, b, group_stride, quads, c, next);
    case 5:
      return multiply_tile<5, kGroups, kFetch>(a, stride, b, group_stride, quads, c, next);
    default:
      return multiply_tile<6, kGroups, kFetch>(a, stride, b, group_stride, quads, c, next);
  }
}

inline void multiply(const uint8_t* a, size_t stride, int rows, const int8_t* b, size_t group_stride, int groups,
                     int quads, int32_t* c) {
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

/** 64 columns; `quads` cache lines from `next` on are fetched on the way. */
inline void multiply_fetching(const uint8_t* a, size_t stride, int rows, const int8_t* b, size_t group_stride,
                              int quads, int32_t* c, const int8_t* next) {
  multiply_rows<4, true>(a, stride, rows, b, group_stride, quads, c, next);
}

}  // namespace
