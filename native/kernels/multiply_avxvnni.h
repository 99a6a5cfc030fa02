/** Integer products with AVX-VNNI: 6 rows × 16 columns at a time. The contract stands in multiply_portable.h. */
#pragma once
#include "quads_256.h"

namespace {

constexpr int kRowTile = 6;
constexpr bool kShortSums = false;
constexpr int kSignedLimit = 127;

struct DotStep {
  static inline void add(__m256i& sums, __m256i unsigned_bytes, __m256i signed_bytes) {
#if defined(__GNUC__)
    __asm__("%{vex%} vpdpbusd %2, %1, %0" : "+x"(sums) : "x"(unsigned_bytes), "x"(signed_bytes));
#else
    sums = _mm256_dpbusd_avx_epi32(sums, unsigned_bytes, signed_bytes);
#endif
  }
};

inline void multiply(const uint8_t* a, size_t stride, int rows, const int8_t* b, size_t group_stride, int groups,
                     int quads, int32_t* c) {
  multiply_by_groups<QuadTile<DotStep>, kRowTile>(a, stride, rows, b, group_stride, groups, quads, c);
}

}  // namespace
