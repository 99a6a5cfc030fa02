/** BF16 in plain C++: the upper half of a float, rounded to the nearest, ties to even. See lanes_portable.h. */
#pragma once
#include <stdint.h>
#include <string.h>
#include "lanes_portable.h"

namespace {

inline uint16_t bf16_of(float value) {
  uint32_t bits;
  memcpy(&bits, &value, 4);
  if (value != value) {
    return (uint16_t)(bits >> 16 | 64);
  }
  return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

inline float float_of(uint16_t half) {
  const uint32_t bits = (uint32_t)half << 16;
  float value;
  memcpy(&value, &bits, 4);
  return value;
}

inline void store_bf16(void* p, F v) {
  for (int i = 0; i < 16; i++) {
    const uint16_t half = bf16_of(v.v[i]);
    memcpy((uint8_t*)p + 2 * i, &half, 2);
  }
}

inline F load_bf16(const void* p) {
  return each<F>([=](int i) {
    uint16_t half;
    memcpy(&half, (const uint8_t*)p + 2 * i, 2);
    return float_of(half);
  });
}

}  // namespace
