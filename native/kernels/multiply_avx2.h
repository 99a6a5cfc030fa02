/**
 * Integer products with AVX2 alone: 4 rows × 16 columns at a time. The contract stands in multiply_portable.h.
 *
 * vpmaddubsw adds two products in 16 bits and saturates. Keys and values have 7 bits (±63), for 2 · 255 · 63 < 2^15.
 * Weights have 8, but those of four inputs that share a sum add up to 128 at most (Kernels::short_sums): nothing
 * saturates there either, and two of those sums can be added before they are widened, which saves one instruction in
 * three.
 */
#pragma once
#include "quads_256.h"

namespace {

constexpr int kRowTile = 4;
constexpr bool kShortSums = true;
constexpr int kSignedLimit = 63;

/** For signed operands of 7 bits. */
struct NarrowStep {
  static inline void add(__m256i& sums, __m256i row, __m256i columns) {
    sums = _mm256_add_epi32(sums, _mm256_madd_epi16(_mm256_maddubs_epi16(row, columns), _mm256_set1_epi16(1)));
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
    TileSums<kRows> sums;
    for (int k = 0; k < quads; k += 2, b += 128) {
      const __m256i* columns = (const __m256i*)b;
#pragma GCC unroll 8
      for (int r = 0; r < kRows; r++) {
        const __m256i first = splat_quad(a + r * stride + k * 4), second = splat_quad(a + r * stride + k * 4 + 4);
        const __m256i four = _mm256_add_epi16(add_pairs(first, columns), add_pairs(second, columns + 2));
        sums.low[r] = _mm256_add_epi32(sums.low[r], _mm256_madd_epi16(four, ones));
        const __m256i next = _mm256_add_epi16(add_pairs(first, columns + 1), add_pairs(second, columns + 3));
        sums.high[r] = _mm256_add_epi32(sums.high[r], _mm256_madd_epi16(next, ones));
      }
    }
    sums.store(c);
  }
};

inline void multiply(const uint8_t* a, size_t stride, int rows, const int8_t* b, size_t group_stride, int groups,
                     int quads, int32_t* c) {
  multiply_by_groups<QuadTile<NarrowStep>, kRowTile>(a, stride, rows, b, group_stride, groups, quads, c);
}

inline void multiply_weights(const uint8_t* a, size_t stride, int rows, const int8_t* b, size_t group_stride,
                             int groups, int quads, int32_t* c) {
  multiply_by_groups<WeightTile, kRowTile>(a, stride, rows, b, group_stride, groups, quads, c);
}

}  // namespace
