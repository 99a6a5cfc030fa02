/** BF16 with AVX-512 BF16. See lanes_bf16_portable.h for what each function means. */
#pragma once
#include "lanes_avx512.h"

namespace {

inline void store_bf16(void* p, F v) { _mm256_storeu_si256((__m256i*)p, (__m256i)_mm512_cvtneps_pbh(v)); }

inline F load_bf16(const void* p) {
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i*)p)), 16));
}

}  // namespace
