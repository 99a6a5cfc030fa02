/** Sixteen lanes as one AVX-512 register. See lanes_portable.h for what each function means. */
#pragma once
#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>

namespace {

using F = __m512;
using I = __m512i;

inline F load(const float* p) { return _mm512_loadu_ps(p); }
inline void store(float* p, F v) { _mm512_storeu_ps(p, v); }
inline I load_ints(const int32_t* p) { return _mm512_loadu_si512(p); }
inline void fetch(const void* p) { _mm_prefetch((const char*)p, _MM_HINT_T1); }
inline F splat(float v) { return _mm512_set1_ps(v); }
inline I splat_int(int32_t v) { return _mm512_set1_epi32(v); }
inline F add(F a, F b) { return _mm512_add_ps(a, b); }
inline F sub(F a, F b) { return _mm512_sub_ps(a, b); }
inline F mul(F a, F b) { return _mm512_mul_ps(a, b); }
inline F div(F a, F b) { return _mm512_div_ps(a, b); }
inline F fma(F a, F b, F c) { return _mm512_fmadd_ps(a, b, c); }
inline F min(F a, F b) { return _mm512_min_ps(a, b); }
inline F max(F a, F b) { return _mm512_max_ps(a, b); }
inline F magnitude(F a) { return _mm512_abs_ps(a); }
inline F to_float(I v) { return _mm512_cvtepi32_ps(v); }
inline I round_int(F v) { return _mm512_cvtps_epi32(v); }
inline I add_ints(I a, I b) { return _mm512_add_epi32(a, b); }
inline F fraction(F x) { return _mm512_reduce_ps(x, _MM_FROUND_TO_NEG_INF); }
inline F times_power(F v, F x) { return _mm512_scalef_ps(v, x); }
inline void store_bytes(void* p, I v) { _mm_storeu_si128((__m128i*)p, _mm512_cvtepi32_epi8(v)); }
inline void store_bytes(void* p, I a, I b, I c, I d) {
  // Packing works within 128-bit parts; the last step puts the fours back in their order.
  const I order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  const I packed = _mm512_packus_epi16(_mm512_packs_epi32(a, b), _mm512_packs_epi32(c, d));
  _mm512_storeu_si512(p, _mm512_permutexvar_epi32(order, packed));
}
inline void store_quads(void* p, I a, I b, I c, I d) {
  const I low = _mm512_set1_epi32(255);
  const I ab = _mm512_or_si512(_mm512_and_si512(a, low), _mm512_slli_epi32(_mm512_and_si512(b, low), 8));
  const I cd = _mm512_or_si512(_mm512_and_si512(c, low), _mm512_slli_epi32(d, 8));
  _mm512_storeu_si512(p, _mm512_or_si512(ab, _mm512_slli_epi32(cd, 16)));
}

inline float sum(F v) {
  const __m256 a = _mm256_add_ps(_mm512_castps512_ps256(v), _mm512_extractf32x8_ps(v, 1));
  const __m128 b = _mm_add_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
  const __m128 c = _mm_add_ps(b, _mm_movehl_ps(b, b));
  return _mm_cvtss_f32(_mm_add_ss(c, _mm_movehdup_ps(c)));
}
inline float smallest(F v) { return _mm512_reduce_min_ps(v); }
inline float largest(F v) { return _mm512_reduce_max_ps(v); }
/** Wraps, as the sum of lanes does; that of the compiler's header is undefined where NaN became INT32_MIN. */
inline int32_t sum_ints(I v) {
  const __m256i a = _mm256_add_epi32(_mm512_castsi512_si256(v), _mm512_extracti32x8_epi32(v, 1));
  const __m128i b = _mm_add_epi32(_mm256_castsi256_si128(a), _mm256_extracti128_si256(a, 1));
  const __m128i c = _mm_add_epi32(b, _mm_shuffle_epi32(b, 0x4e));
  return _mm_cvtsi128_si32(_mm_add_epi32(c, _mm_shuffle_epi32(c, 0xb1)));
}

}  // namespace
