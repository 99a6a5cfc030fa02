/** BF16: the upper half of a float. */
#pragma once
#include <cmath>
#include <cstdint>
#include <cstring>

namespace octavec {

/** Rounds a finite number to the nearest BF16, ties to even. */
inline uint16_t to_bf16(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return static_cast<uint16_t>((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

inline float from_bf16(uint16_t half) {
  const uint32_t bits = uint32_t{half} << 16;
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

}  // namespace octavec
