/**
 * Attention's numbers in INT8: queries and keys have a scale per token (and head), values one per dimension of the
 * sequence. Probabilities are round(255 * 2^(score - max)).
 */
#pragma once
#include "head_shape.h"

namespace {

struct SymmetricScale {
  float scale, inverse;
};

inline SymmetricScale symmetric_scale(float magnitude, float limit) {
  const bool usable = magnitude > 1e-30f && magnitude < 3e38f;
  return {usable ? magnitude / limit : 0.0f, usable ? limit / magnitude : 0.0f};
}

inline float largest_magnitude(const float* row, int width) {
  F most = splat(0.0f);
  for (int i = 0; i < width; i += 16) {
    most = max(most, magnitude(load(row + i)));
  }
  return largest(most);
}

inline void pack_keys(const HeadTask& task) {
  const HeadShape shape(task.keys, task.head_width);
  const HeadMemory& memory = task.memory;
  if (shape.keys != task.keys || shape.depth != task.head_width) {
    memset(memory.keys, 0, (size_t)shape.keys * shape.depth);
  }
  for (int j = 0; j < task.keys; j++) {
    const float* key = task.key + j * task.stride;
    const SymmetricScale s = symmetric_scale(largest_magnitude(key, task.head_width), kSignedLimit);
    int8_t* place = memory.keys + (size_t)(j / 16) * 16 * shape.depth + j % 16 * 4;
    I total = splat_int(0);
    for (int i = 0; i < task.head_width; i += 16) {
      const I q = round_int(mul(load(key + i), splat(s.inverse)));
      total = add_ints(total, q);
      int8_t bytes[16];
      store_bytes(bytes, q);
      for (int quad = 0; quad < 4; quad++) {
        memcpy(place + (i / 4 + quad) * 64, bytes + quad * 4, 4);
      }
    }
    memory.key_scale[j] = s.scale;
    memory.key_offset[j] = s.scale * (-128.0f * (float)sum_ints(total));
  }
  for (int j = task.keys; j < shape.keys; j++) {
    memory.key_scale[j] = 0.0f;
    memory.key_offset[j] = kUnseen;
  }
}

inline void pack_values(const HeadTask& task) {
  const HeadShape shape(task.keys, task.head_width);
  for (int d = 0; d < task.head_width; d += 16) {
    const float* values = task.value + d;
    F most = splat(0.0f);
    for (int j = 0; j < task.keys; j++) {
      most = max(most, magnitude(load(values + j * task.stride)));
    }
    float inverse[16];
    store(inverse, most);
    for (int i = 0; i < 16; i++) {
      const SymmetricScale s = symmetric_scale(inverse[i], kSignedLimit);
      task.memory.value_scale[d + i] = s.scale;
      inverse[i] = s.inverse;
    }
    const F inverses = load(inverse);
    int8_t* place = task.memory.values + (size_t)d * shape.keys;
    for (int j = 0; j < shape.keys; j += 4, place += 64) {
      I quad[4];
      for (int i = 0; i < 4; i++) {
        quad[i] = j + i < task.keys ? round_int(mul(load(values + (j + i) * task.stride), inverses)) : splat_int(0);
      }
      store_quads(place, quad[0], quad[1], quad[2], quad[3]);
    }
  }
}

/** Scales of queries are not smaller: times them, scores that are out of sight must stay out of sight. */
constexpr float kSmallestQueryScale = 1e-20f;

/** Quantizes a query as s8 + 128; gives its scale. */
inline float quantize_query(const float* query, int width, uint8_t* out) {
  const SymmetricScale s = symmetric_scale(largest_magnitude(query, width), 127.0f);
  for (int i = 0; i < width; i += 16) {
    store_bytes(out + i, add_ints(round_int(mul(load(query + i), splat(s.inverse))), splat_int(128)));
  }
  return s.scale > kSmallestQueryScale ? s.scale : kSmallestQueryScale;
}

/** 255 * 2^((score - most) * factor), rounded. `shift` is log2(255) - most * factor. */
inline I probability(const float* score, F factor, F shift) {
  return round_int(exp2_coarse(fma(load(score), factor, shift)));
}

/** Scores of one query to probabilities in 0..255; gives the reciprocal of their sum. */
inline float soften(const float* scores, int begin, int end, float most, float factor, uint8_t* probabilities) {
  const F factors = splat(factor), shift = splat(7.99435344f - most * factor);
  I total = splat_int(0);
  int j = begin;
  for (; j + 64 <= end; j += 64) {
    I p[4];
    for (int i = 0; i < 4; i++) {
      p[i] = probability(scores + j + i * 16, factors, shift);
    }
    total = add_ints(total, add_ints(add_ints(p[0], p[1]), add_ints(p[2], p[3])));
    store_bytes(probabilities + j, p[0], p[1], p[2], p[3]);
  }
  for (; j < end; j += 16) {
    const I p = probability(scores + j, factors, shift);
    total = add_ints(total, p);
    store_bytes(probabilities + j, p);
  }
  const int32_t whole = sum_ints(total);
  return whole > 0 ? 1.0f / (float)whole : 0.0f;
}

}  // namespace
