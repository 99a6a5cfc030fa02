/**
 * Products with AVX-512: up to 6 rows × 64 columns, the sums of a whole product in 24 registers.
 *
 * What differs between numbers of one byte and of two stands before: Sums, sixteen sums; multiply_add(sums, row,
 * columns); store_sums. multiply_add is inline assembly: with the intrinsic, g++ 12 copies or spills the sums, which
 * costs three quarters of the speed. scripts/check-kernel.mjs looks at the result for stack traffic.
 */
#pragma once
#include <immintrin.h>
#include <string.h>
#include "dispatch.h"
#include "kernels.h"

namespace {

constexpr int kRowTile = 6;
constexpr int kDepthStep = 4 / kNumberBytes;
constexpr int kKeyStep = 16;
constexpr bool kShortSums = false;

inline void enter_thread() {}

template <int kRows, int kGroups, bool kFetch>
OCTAVEC_NOINLINE void multiply_tile(const uint8_t* a, size_t stride, const int8_t* b, size_t group_stride, int quads,
                                    Product* c, const int8_t* next) {
  Sums sums[kRows][kGroups];
#pragma GCC unroll 8
  for (int r = 0; r < kRows; r++) {
#pragma GCC unroll 4
    for (int g = 0; g < kGroups; g++) {
      sums[r][g] = Sums{};
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
        multiply_add(sums[r][g], row, columns[g]);
      }
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < kRows; r++) {
#pragma GCC unroll 4
    for (int g = 0; g < kGroups; g++) {
      store_sums(c + r * 64 + g * 16, sums[r][g]);
    }
  }
}

template <int kGroups, bool kFetch>
inline void multiply_rows(const uint8_t* a, size_t stride, int rows, const int8_t* b, size_t group_stride, int quads,
                          Product* c, const int8_t* next) {
  with_constant<kRowTile>(rows, [=](auto count) {
    multiply_tile<decltype(count)::value, kGroups, kFetch>(a, stride, b, group_stride, quads, c, next);
  });
}

inline void multiply(const uint8_t* a, size_t stride, int rows, const int8_t* b, size_t group_stride, int groups,
                     int quads, Product* c) {
  with_constant<4>(groups, [=](auto count) {
    multiply_rows<decltype(count)::value, false>(a, stride, rows, b, group_stride, quads, c, nullptr);
  });
}

/** 64 columns; `quads` cache lines from `next` on are fetched on the way. */
inline void multiply_fetching(const uint8_t* a, size_t stride, int rows, const int8_t* b, size_t group_stride,
                              int quads, Product* c, const int8_t* next) {
  multiply_rows<4, true>(a, stride, rows, b, group_stride, quads, c, next);
}

}  // namespace
