/**
 * Integer products with AVX2 alone: 4 rows × 16 columns at a time. The contract stands in multiply_portable.h.
 *
 * vpmaddubsw adds two products in 16 bits and saturates. Keys and values have 7 bits (±63), for 2 · 255 · 63 < 2^15.
 * Weights have 8, but those of four inputs that share a sum add up to 128 at most (Kernels::short_sums): nothing
 * saturates there either, and two of those sums can be added before they are widened, which saves one instruction in
 * three.
 */
#pragma once
#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "dispatch.h"

namespace {

constexpr int kRowTile = 4;
constexpr int kDepthStep = 4;
constexpr int kKeyStep = 16;
constexpr bool kShortSums = true;
constexpr int kSignedLimit = 63;

inline void enter_thread() {}

inline __m256i splat_quad(const uint8_t* a) {
  int32_t quad;
  memcpy(&quad, a, 4);
  return _mm256_set1_epi32(quad);
}

inline void store_sums(int32_t* c, __m256i low, __m256i high) {
  _mm256_storeu_si256((__m256i*)c, low);
  _mm256_storeu_si256((__m256i*)(c + 8), high);
}

/** For signed operands of 7 bits. */
struct NarrowTile {
  template <int kRows>
  OCTAVEC_NOINLINE static void run(const uint8_t* a, size_t stride, const int8_t* b, int quads, int32_t* c) {
    const __m256i ones = _mm256_set1_epi16(1);
    __m256i low[kRows], high[kRows];
#pragma GCC unroll 8
    for (int r = 0; r < kRows; r++) {
      low[r] = high[r] = _mm256_setzero_si256();
    }
    for (int k = 0; k < quads; k++, b += 64) {
      const __m256i first = _mm256_load_si256((const __m256i*)b), second = _mm256_load_si256((const __m256i*)b + 1);
#pragma GCC unroll 8
      for (int r = 0; r < kRows; r++) {
        const __m256i row = splat_quad(a + r * stride + k * 4);
        low[r] = _mm256_add_epi32(low[r], _mm256_madd_epi16(_mm256_maddubs_epi16(row, first), ones));
        high[r] = _mm256_add_epi32(high[r], _mm256_madd_epi16(_mm256_maddubs_epi16(row, second), ones));
      }
    }
#pragma GCC unroll 8
    for (int r = 0; r < kRows; r++) {
      store_sums(c + r * 64, low[r], high[r]);
    }
  }
};

/** Sums of two products. In assembly, or g++ keeps `b` in a register and has too few for the sums. */
inline __m256i add_pairs(__m256i a, const __m256i* b) {
#if defined(__GNUC__)
  __m256i sums;
  __asm__("vpmaddubsw %2, %1, %0" : "=x"(sums) : "x"(a), "m"(*b));
  return sums;
#else
  return _mm256_maddubs_epi16(a, *b);
#endif
}

/** For weights: an even number of quads. */
struct WeightTile {
  template <int kRows>
  OCTAVEC_NOINLINE static void run(const uint8_t* a, size_t stride, const int8_t* b, int quads, int32_t* c) {
    const __m256i ones = _mm256_set1_epi16(1);
    __m256i low[kRows], high[kRows];
#pragma GCC unroll 8
    for (int r = 0; r < kRows; r++) {
      low[r] = high[r] = _mm256_setzero_si256();
    }
    for (int k = 0; k < quads; k += 2, b += 128) {
      const __m256i* columns = (const __m256i*)b;
#pragma GCC unroll 8
      for (int r = 0; r < kRows; r++) {
        const __m256i first = splat_quad(a + r * stride + k * 4), second = splat_quad(a + r * stride + k * 4 + 4);
        const __m256i four = _mm256_add_epi16(add_pairs(first, columns), add_pairs(second, columns + 2));
        low[r] = _mm256_add_epi32(low[r], _mm256_madd_epi16(four, ones));
        const __m256i next = _mm256_add_epi16(add_pairs(first, columns + 1), add_pairs(second, columns + 3));
        high[r] = _mm256_add_epi32(high[r], _mm256_madd_epi16(next, ones));
      }
    }
#pragma GCC unroll 8
    for (int r = 0; r < kRows; r++) {
      store_sums(c + r * 64, low[r], high[r]);
    }
  }
};

inline void multiply(const uint8_t* a, size_t stride, int rows, const int8_t* b, size_t group_stride, int groups,
                     int quads, int32_t* c) {
  multiply_by_groups<NarrowTile, kRowTile>(a, stride, rows, b, group_stride, groups, quads, c);
}

inline void multiply_weights(const uint8_t* a, size_t stride, int rows, const int8_t* b, size_t group_stride,
                             int groups, int quads, int32_t* c) {
  multiply_by_groups<WeightTile, kRowTile>(a, stride, rows, b, group_stride, groups, quads, c);
}

}  // namespace
