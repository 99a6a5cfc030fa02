/** Sixteen lanes as four NEON registers. See lanes_portable.h for what each function means. */
#pragma once
#include <arm_neon.h>
#include <stddef.h>
#include <stdint.h>

namespace {

struct F {
  float32x4_t q[4];
};
struct I {
  int32x4_t q[4];
};

#define OCTAVEC_EACH(type, expression) \
  type result;                         \
  for (int i = 0; i < 4; i++) {        \
    result.q[i] = (expression);        \
  }                                    \
  return result

inline F load(const float* p) { OCTAVEC_EACH(F, vld1q_f32(p + 4 * i)); }
inline void store(float* p, F v) {
  for (int i = 0; i < 4; i++) {
    vst1q_f32(p + 4 * i, v.q[i]);
  }
}
inline I load_ints(const int32_t* p) { OCTAVEC_EACH(I, vld1q_s32(p + 4 * i)); }
inline void fetch(const void* p) { __builtin_prefetch(p, 0, 2); }
inline F splat(float v) { OCTAVEC_EACH(F, vdupq_n_f32(v)); }
inline I splat_int(int32_t v) { OCTAVEC_EACH(I, vdupq_n_s32(v)); }
inline F add(F a, F b) { OCTAVEC_EACH(F, vaddq_f32(a.q[i], b.q[i])); }
inline F sub(F a, F b) { OCTAVEC_EACH(F, vsubq_f32(a.q[i], b.q[i])); }
inline F mul(F a, F b) { OCTAVEC_EACH(F, vmulq_f32(a.q[i], b.q[i])); }
inline F div(F a, F b) { OCTAVEC_EACH(F, vdivq_f32(a.q[i], b.q[i])); }
inline F fma(F a, F b, F c) { OCTAVEC_EACH(F, vfmaq_f32(c.q[i], a.q[i], b.q[i])); }
inline F min(F a, F b) { OCTAVEC_EACH(F, vbslq_f32(vcltq_f32(a.q[i], b.q[i]), a.q[i], b.q[i])); }
inline F max(F a, F b) { OCTAVEC_EACH(F, vbslq_f32(vcgtq_f32(a.q[i], b.q[i]), a.q[i], b.q[i])); }
inline F magnitude(F a) { OCTAVEC_EACH(F, vabsq_f32(a.q[i])); }
inline F to_float(I v) { OCTAVEC_EACH(F, vcvtq_f32_s32(v.q[i])); }
inline I round_int(F v) { OCTAVEC_EACH(I, vcvtnq_s32_f32(v.q[i])); }
inline I add_ints(I a, I b) { OCTAVEC_EACH(I, vaddq_s32(a.q[i], b.q[i])); }
inline F fraction(F x) { OCTAVEC_EACH(F, vsubq_f32(x.q[i], vrndmq_f32(x.q[i]))); }
inline int32x4_t power_bits(float32x4_t x) {
  return vshlq_n_s32(vcvtnq_s32_f32(vmaxq_f32(vrndmq_f32(x), vdupq_n_f32(-60.0f))), 23);
}
inline F times_power(F v, F x) {
  OCTAVEC_EACH(F, vreinterpretq_f32_s32(vaddq_s32(vreinterpretq_s32_f32(v.q[i]), power_bits(x.q[i]))));
}
#undef OCTAVEC_EACH
inline void store_bytes(void* p, I v) {
  const int16x8_t low = vcombine_s16(vmovn_s32(v.q[0]), vmovn_s32(v.q[1]));
  const int16x8_t high = vcombine_s16(vmovn_s32(v.q[2]), vmovn_s32(v.q[3]));
  vst1q_s8((int8_t*)p, vcombine_s8(vmovn_s16(low), vmovn_s16(high)));
}
inline void store_bytes(void* p, I a, I b, I c, I d) {
  store_bytes(p, a);
  store_bytes((uint8_t*)p + 16, b);
  store_bytes((uint8_t*)p + 32, c);
  store_bytes((uint8_t*)p + 48, d);
}
inline void store_quads(void* p, I a, I b, I c, I d) {
  int8x16x4_t quads;
  const I all[4] = {a, b, c, d};
  for (int i = 0; i < 4; i++) {
    const int16x8_t low = vcombine_s16(vmovn_s32(all[i].q[0]), vmovn_s32(all[i].q[1]));
    const int16x8_t high = vcombine_s16(vmovn_s32(all[i].q[2]), vmovn_s32(all[i].q[3]));
    quads.val[i] = vcombine_s8(vmovn_s16(low), vmovn_s16(high));
  }
  vst4q_s8((int8_t*)p, quads);
}

inline float sum(F v) {
  const float32x4_t a = vaddq_f32(vaddq_f32(v.q[0], v.q[2]), vaddq_f32(v.q[1], v.q[3]));
  const float32x2_t b = vadd_f32(vget_low_f32(a), vget_high_f32(a));
  return vget_lane_f32(b, 0) + vget_lane_f32(b, 1);
}
inline float smallest(F v) { return vminvq_f32(vminq_f32(vminq_f32(v.q[0], v.q[2]), vminq_f32(v.q[1], v.q[3]))); }
inline float largest(F v) { return vmaxvq_f32(vmaxq_f32(vmaxq_f32(v.q[0], v.q[2]), vmaxq_f32(v.q[1], v.q[3]))); }
inline int32_t sum_ints(I v) { return vaddvq_s32(vaddq_s32(vaddq_s32(v.q[0], v.q[1]), vaddq_s32(v.q[2], v.q[3]))); }

}  // namespace
