/**
 * Integer products with AVX2 alone: 4 rows × 16 columns at a time.
 *
 * vpmaddubsw adds two products in 16 bits: with signed operands of 7 bits (±63) nothing saturates, 2 · 255 · 63 < 2^15,
 * so that weights, keys and values are quantized to 7 bits here. The contract stands in multiply_portable.h.
 */
#pragma once
#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

namespace {

constexpr int kRowTile = 4;
constexpr int kDepthStep = 4;
constexpr int kKeyStep = 16;
constexpr int kSignedLimit = 63;

inline void enter_thread() {}

template <int kRows>
__attribute__((noinline)) void multiply_tile(const uint8_t* a, size_t stride, const int8_t* b, int quads, int32_t* c) {
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
      int32_t quad;
      memcpy(&quad, a + r * stride + k * 4, 4);
      const __m256i row = _mm256_set1_epi32(quad);
      low[r] = _mm256_add_epi32(low[r], _mm256_madd_epi16(_mm256_maddubs_epi16(row, first), ones));
      high[r] = _mm256_add_epi32(high[r], _mm256_madd_epi16(_mm256_maddubs_epi16(row, second), ones));
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < kRows; r++) {
    _mm256_storeu_si256((__m256i*)(c + r * 64), low[r]);
    _mm256_storeu_si256((__m256i*)(c + r * 64 + 8), high[r]);
  }
}

}  // namespace

#include "multiply_by_groups.h"
