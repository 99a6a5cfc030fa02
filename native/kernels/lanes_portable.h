/**
 * Sixteen lanes as a plain array: what every other lanes_*.h must do, to the bit.
 * Sums fold the upper half onto the lower one, 16 to 8 to 4 to 2 to 1; fma rounds once; round_int rounds ties to even.
 */
#pragma once
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

namespace {

struct F {
  float v[16];
};
struct I {
  int32_t v[16];
};

template <class R, class Operation>
inline R each(Operation operation) {
  R result;
  for (int i = 0; i < 16; i++) {
    result.v[i] = operation(i);
  }
  return result;
}

inline F load(const float* p) {
  return each<F>([=](int i) { return p[i]; });
}
inline void store(float* p, F v) { memcpy(p, v.v, sizeof v.v); }
inline I load_ints(const int32_t* p) {
  return each<I>([=](int i) { return p[i]; });
}
/** Asks for a cache line that will be needed soon. */
inline void fetch(const void* p) { (void)p; }
inline F splat(float v) {
  return each<F>([=](int) { return v; });
}
inline I splat_int(int32_t v) {
  return each<I>([=](int) { return v; });
}
inline F add(F a, F b) {
  return each<F>([&](int i) { return a.v[i] + b.v[i]; });
}
inline F sub(F a, F b) {
  return each<F>([&](int i) { return a.v[i] - b.v[i]; });
}
inline F mul(F a, F b) {
  return each<F>([&](int i) { return a.v[i] * b.v[i]; });
}
inline F div(F a, F b) {
  return each<F>([&](int i) { return a.v[i] / b.v[i]; });
}
inline F fma(F a, F b, F c) {
  return each<F>([&](int i) { return fmaf(a.v[i], b.v[i], c.v[i]); });
}
inline F min(F a, F b) {
  return each<F>([&](int i) { return a.v[i] < b.v[i] ? a.v[i] : b.v[i]; });
}
inline F max(F a, F b) {
  return each<F>([&](int i) { return a.v[i] > b.v[i] ? a.v[i] : b.v[i]; });
}
inline F magnitude(F a) {
  return each<F>([&](int i) { return fabsf(a.v[i]); });
}
inline F to_float(I a) {
  return each<F>([&](int i) { return (float)a.v[i]; });
}
/** To the nearest integer; numbers that no int32 holds become INT32_MIN, as x86 has it. */
inline I round_int(F a) {
  return each<I>(
      [&](int i) { return a.v[i] >= -2147483648.0f && a.v[i] < 2147483648.0f ? (int32_t)rintf(a.v[i]) : INT32_MIN; });
}
inline I add_ints(I a, I b) {
  return each<I>([&](int i) { return (int32_t)((uint32_t)a.v[i] + (uint32_t)b.v[i]); });
}
/** x - floor(x) */
inline F fraction(F a) {
  return each<F>([&](int i) { return a.v[i] - floorf(a.v[i]); });
}
/** v * 2^floor(x) for v in 1..2 and x < 120; for x < -60 any number below 2^-30, for larger x any number. */
inline F times_power(F a, F x) {
  return each<F>([&](int i) {
    const float n = floorf(x.v[i]);
    uint32_t bits;
    memcpy(&bits, &a.v[i], 4);
    bits += (uint32_t)(int32_t)(n > -60.0f ? (n < 120.0f ? n : 120.0f) : -60.0f) << 23;
    float value;
    memcpy(&value, &bits, 4);
    return value;
  });
}
/** The low byte of each lane. */
inline void store_bytes(void* p, I a) {
  for (int i = 0; i < 16; i++) {
    ((uint8_t*)p)[i] = (uint8_t)a.v[i];
  }
}
/** Four times sixteen numbers, each in 0..255. */
inline void store_bytes(void* p, I a, I b, I c, I d) {
  store_bytes(p, a);
  store_bytes((uint8_t*)p + 16, b);
  store_bytes((uint8_t*)p + 32, c);
  store_bytes((uint8_t*)p + 48, d);
}
/** The low bytes of a, b, c and d beside each other, lane by lane: 64 bytes. */
inline void store_quads(void* p, I a, I b, I c, I d) {
  for (int i = 0; i < 16; i++) {
    const uint8_t quad[4] = {(uint8_t)a.v[i], (uint8_t)b.v[i], (uint8_t)c.v[i], (uint8_t)d.v[i]};
    memcpy((uint8_t*)p + 4 * i, quad, 4);
  }
}

template <class Value, class Operation>
inline Value fold(const Value* lanes, Operation operation) {
  Value v[16];
  memcpy(v, lanes, sizeof v);
  for (int half = 8; half > 0; half /= 2) {
    for (int i = 0; i < half; i++) {
      v[i] = operation(v[i], v[i + half]);
    }
  }
  return v[0];
}
inline float sum(F a) {
  return fold(a.v, [](float x, float y) { return x + y; });
}
inline float smallest(F a) {
  return fold(a.v, [](float x, float y) { return x < y ? x : y; });
}
inline float largest(F a) {
  return fold(a.v, [](float x, float y) { return x > y ? x : y; });
}
inline int32_t sum_ints(I a) {
  return fold(a.v, [](int32_t x, int32_t y) { return (int32_t)((uint32_t)x + (uint32_t)y); });
}

}  // namespace
