/** Attention's numbers in BF16: no scales, and probabilities of at most 1. */
#pragma once
#include "head_shape.h"

namespace {

inline void pack_keys(const HeadTask& task) {
  const HeadShape shape(task.keys, task.head_width);
  const HeadMemory& memory = task.memory;
  memset(memory.keys, 0, (size_t)shape.keys * shape.depth * kNumberBytes);
  for (int j = 0; j < shape.keys; j++) {
    memory.key_scale[j] = 1.0f;
    memory.key_offset[j] = j < task.keys ? 0.0f : kUnseen;
  }
  for (int j = 0; j < task.keys; j++) {
    const float* key = task.key + j * task.stride;
    int8_t* place = memory.keys + (size_t)(j / 16) * 16 * shape.depth * kNumberBytes + j % 16 * 4;
    for (int i = 0; i < task.head_width; i += 16) {
      int8_t numbers[32];
      store_bf16(numbers, load(key + i));
      for (int pair = 0; pair < 8; pair++) {
        memcpy(place + (i / 2 + pair) * 64, numbers + pair * 4, 4);
      }
    }
  }
}

inline void pack_values(const HeadTask& task) {
  const HeadShape shape(task.keys, task.head_width);
  for (int d = 0; d < task.head_width; d += 16) {
    const float* values = task.value + d;
    store(task.memory.value_scale + d, splat(1.0f));
    int8_t* place = task.memory.values + (size_t)d * shape.keys * kNumberBytes;
    for (int j = 0; j < shape.keys; j += 2, place += 64) {
      int8_t numbers[2][32];
      for (int i = 0; i < 2; i++) {
        store_bf16(numbers[i], j + i < task.keys ? load(values + (j + i) * task.stride) : splat(0.0f));
      }
      for (int column = 0; column < 16; column++) {
        memcpy(place + column * 4, numbers[0] + column * 2, 2);
        memcpy(place + column * 4 + 2, numbers[1] + column * 2, 2);
      }
    }
  }
}

/** Rounds a query; its scale is 1. */
inline float quantize_query(const float* query, int width, uint8_t* out) {
  for (int i = 0; i < width; i += 16) {
    store_bf16(out + i * kNumberBytes, load(query + i));
  }
  return 1.0f;
}

/** Scores of one query to probabilities, 2^((score - most) * factor); gives the reciprocal of their sum. */
inline float soften(const float* scores, int begin, int end, float most, float factor, uint8_t* probabilities) {
  const F factors = splat(factor), shift = splat(-most * factor);
  F total = splat(0.0f);
  for (int j = begin; j < end; j += 16) {
    uint8_t* place = probabilities + j * kNumberBytes;
    store_bf16(place, exp2_fine(fma(load(scores + j), factors, shift)));
    total = add(total, load_bf16(place));
  }
  const float whole = sum(total);
  return whole > 0 ? 1.0f / whole : 0.0f;
}

}  // namespace
