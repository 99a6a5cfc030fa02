/** Integer products with AVX-512 VNNI. The contract stands in multiply_portable.h. */
#pragma once
#include <immintrin.h>
#include <stdint.h>

namespace {

using Sums = __m512i;

constexpr int kSignedLimit = 127;

inline void multiply_add(__m512i& sums, __m512i row, __m512i columns) {
#if defined(__GNUC__)
  __asm__("vpdpbusd %2, %1, %0" : "+v"(sums) : "v"(row), "v"(columns));
#else
  sums = _mm512_dpbusd_epi32(sums, row, columns);
#endif
}

inline void store_sums(int32_t* c, __m512i sums) { _mm512_storeu_si512(c, sums); }

}  // namespace

#include "multiply_avx512.h"
