/** Integer products with AVX-VNNI: 6 rows × 16 columns at a time. The contract stands in multiply_portable.h. */
#pragma once
#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "dispatch.h"

namespace {

constexpr int kRowTile = 6;
constexpr int kDepthStep = 4;
constexpr int kKeyStep = 16;
constexpr bool kShortSums = false;
constexpr int kSignedLimit = 127;

inline void enter_thread() {}

inline void dot_quads(__m256i& sum, __m256i unsigned_bytes, __m256i signed_bytes) {
#if defined(__GNUC__)
  __asm__("%{vex%} vpdpbusd %2, %1, %0" : "+x"(sum) : "x"(unsigned_bytes), "x"(signed_bytes));
#else
  sum = _mm256_dpbusd_avx_epi32(sum, unsigned_bytes, signed_bytes);
#endif
}

struct DotTile {
  template <int kRows>
  OCTAVEC_NOINLINE static void run(const uint8_t* a, size_t stride, const int8_t* b, int quads, int32_t* c) {
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
        dot_quads(low[r], row, first);
        dot_quads(high[r], row, second);
      }
    }
#pragma GCC unroll 8
    for (int r = 0; r < kRows; r++) {
      _mm256_storeu_si256((__m256i*)(c + r * 64), low[r]);
      _mm256_storeu_si256((__m256i*)(c + r * 64 + 8), high[r]);
    }
  }
};

inline void multiply(const uint8_t* a, size_t stride, int rows, const int8_t* b, size_t group_stride, int groups,
                     int quads, int32_t* c) {
  multiply_by_groups<DotTile, kRowTile>(a, stride, rows, b, group_stride, groups, quads, c);
}

}  // namespace
