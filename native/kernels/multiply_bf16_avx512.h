/** BF16 products with AVX-512 BF16. The contract stands in multiply_bf16_portable.h. */
#pragma once
#include <immintrin.h>

namespace {

using Sums = __m512;

inline void multiply_add(__m512& sums, __m512i row, __m512i columns) {
#if defined(__GNUC__)
  __asm__("vdpbf16ps %2, %1, %0" : "+v"(sums) : "v"(row), "v"(columns));
#else
  sums = _mm512_dpbf16_ps(sums, (__m512bh)row, (__m512bh)columns);
#endif
}

inline void store_sums(float* c, __m512 sums) { _mm512_storeu_ps(c, sums); }

}  // namespace

#include "multiply_avx512.h"
