/**
 * Integer products in registers of 256 bits, for AVX2 and AVX-VNNI: a row tile × 16 columns, in two halves. How
 * products are added up stands in a Step: Step::add(sums, row, columns) adds the products of four inputs to eight sums.
 */
#pragma once
#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "dispatch.h"

namespace {

constexpr int kDepthStep = 4;
constexpr int kKeyStep = 16;

inline void enter_thread() {}

/** Four inputs of a row, for eight columns. */
inline __m256i splat_quad(const uint8_t* a) {
  int32_t quad;
  memcpy(&quad, a, 4);
  return _mm256_set1_epi32(quad);
}

/** The sums of a row tile × 16 columns. */
template <int kRows>
struct TileSums {
  __m256i low[kRows], high[kRows];

  inline TileSums() {
#pragma GCC unroll 8
    for (int r = 0; r < kRows; r++) {
      low[r] = high[r] = _mm256_setzero_si256();
    }
  }

  inline void store(int32_t* c) const {
#pragma GCC unroll 8
    for (int r = 0; r < kRows; r++) {
      _mm256_storeu_si256((__m256i*)(c + r * 64), low[r]);
      _mm256_storeu_si256((__m256i*)(c + r * 64 + 8), high[r]);
    }
  }
};

template <class Step>
struct QuadTile {
  template <int kRows>
  OCTAVEC_NOINLINE static void run(const uint8_t* a, size_t stride, const int8_t* b, int quads, int32_t* c) {
    TileSums<kRows> sums;
    for (int k = 0; k < quads; k++, b += 64) {
      const __m256i first = _mm256_load_si256((const __m256i*)b), second = _mm256_load_si256((const __m256i*)b + 1);
#pragma GCC unroll 8
      for (int r = 0; r < kRows; r++) {
        const __m256i row = splat_quad(a + r * stride + k * 4);
        Step::add(sums.low[r], row, first);
        Step::add(sums.high[r], row, second);
      }
    }
    sums.store(c);
  }
};

}  // namespace
