/** Weights of four bits to S8 codes with AVX-512: see NarrowWeights. */
#pragma once
#include <immintrin.h>
#include <stdint.h>

namespace {

/** A number of 16 bits for each column, in both words of it. */
inline __m512i both_words(const uint8_t* numbers) {
  const __m512i low = _mm512_cvtepu16_epi32(_mm256_load_si256((const __m256i*)numbers));
  return _mm512_or_si512(low, _mm512_slli_epi32(low, 16));
}

struct Unpacker {
  __m512i steps, offsets;

  explicit Unpacker(const uint8_t* block) : steps(both_words(block)), offsets(both_words(block + 32)) {}

  /** 64 bytes to the codes of eight inputs, [2][16][4]. */
  void operator()(const uint8_t* packed, int8_t* out) const {
    const __m512i words = _mm512_load_si512(packed), upper = _mm512_set1_epi16((int16_t)0xf000);
    store_codes(out, _mm512_and_si512(words, upper), _mm512_and_si512(_mm512_slli_epi16(words, 4), upper));
    store_codes(out + 64, _mm512_and_si512(_mm512_slli_epi16(words, 8), upper), _mm512_slli_epi16(words, 12));
  }

 private:
  void store_codes(int8_t* out, __m512i even, __m512i odd) const {
    const __m512i a = _mm512_add_epi16(_mm512_mulhrs_epi16(even, steps), offsets);
    const __m512i b = _mm512_add_epi16(_mm512_mulhrs_epi16(odd, steps), offsets);
    // The high bytes: those of b stay where they are.
    _mm512_store_si512(out, _mm512_mask_blend_epi8(0xaaaaaaaaaaaaaaaa, _mm512_srli_epi16(a, 8), b));
  }
};

}  // namespace
