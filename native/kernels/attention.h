/**
 * Attention in INT8, one head of one sequence at a time.
 *
 * Queries and keys have a scale per token (and head), values one per dimension of the sequence. Probabilities are
 * round(255 * 2^(score - max)), and are normalised by the sum of the rounded ones, so that rounding cancels in part.
 */
#pragma once
#include <string.h>
#include "arithmetic.h"
#include "kernels.h"

namespace {

using octavec::AttendTask;
using octavec::HeadMemory;
using octavec::HeadTask;
using octavec::kPanel;

/** A score that no probability is left of. */
constexpr float kUnseen = -1e30f;

inline int round_up(int value, int step) { return (value + step - 1) / step * step; }

struct HeadShape {
  int keys, depth;
  explicit HeadShape(int keys_, int width) : keys(round_up(keys_, kKeyStep)), depth(round_up(width, kDepthStep)) {}
};

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
    memory.key_offset[j] = s.scale * (float)(-128 * sum_ints(total));
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

void pack_head(const HeadTask& task) {
  pack_keys(task);
  pack_values(task);
}

/** Buffers for one tile of query rows. */
struct AttendScratch {
  uint8_t* queries;
  uint8_t* probabilities;
  float* scores;

  AttendScratch(uint8_t* memory, const HeadShape& shape)
      : queries(memory),
        probabilities(queries + round_up(kRowTile * shape.depth, 64)),
        scores((float*)(probabilities + round_up(kRowTile * shape.keys, 64))) {}
};

size_t attend_scratch(int keys, int head_width) {
  const HeadShape shape(keys, head_width);
  return round_up(kRowTile * shape.depth, 64) + round_up(kRowTile * shape.keys, 64) +
         (size_t)kRowTile * shape.keys * sizeof(float);
}

/** Quantizes a query as s8 + 128; gives its scale. */
inline float quantize_query(const float* query, int width, uint8_t* out) {
  const SymmetricScale s = symmetric_scale(largest_magnitude(query, width), 127.0f);
  for (int i = 0; i < width; i += 16) {
    store_bytes(out + i, add_ints(round_int(mul(load(query + i), splat(s.inverse))), splat_int(128)));
  }
  return s.scale;
}

/**
 * Products of a tile of queries with the keys of one panel, as numbers: without the queries' factors, which are left to
 * the softmax, unless a bias is added. `most` gets the largest of each row, lane by lane.
 */
template <bool kBias, int kGroups>
inline void score_panel(const AttendTask& task, int first, int count, const float* factors, int key,
                        const int32_t* products, float* scores, int stride, F* most) {
  F scale[kGroups], offset[kGroups];
  for (int g = 0; g < kGroups; g++) {
    scale[g] = load(task.head.memory.key_scale + key + g * 16);
    offset[g] = load(task.head.memory.key_offset + key + g * 16);
  }
  for (int r = 0; r < count; r++) {
    F highest = most[r];
    for (int g = 0; g < kGroups; g++) {
      const int j = key + g * 16;
      F score = fma(to_float(load_ints(products + r * kPanel + g * 16)), scale[g], offset[g]);
      if constexpr (kBias) {
        score = fma(score, splat(factors[r]), load(task.relative_bias + j - (first + r)));
      }
      store(scores + r * stride + j, score);
      highest = max(highest, score);
    }
    most[r] = highest;
  }
}

template <bool kBias>
inline void score_groups(const AttendTask& task, int first, int count, const float* factors, int key, int groups,
                         const int32_t* products, float* scores, int stride, F* most) {
  switch (groups) {
    case 1:
      return score_panel<kBias, 1>(task, first, count, factors, key, products, scores, stride, most);
    case 2:
      return score_panel<kBias, 2>(task, first, count, factors, key, products, scores, stride, most);
    case 3:
      return score_panel<kBias, 3>(task, first, count, factors, key, products, scores, stride, most);
    default:
      return score_panel<kBias, 4>(task, first, count, factors, key, products, scores, stride, most);
  }
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

inline void hide(float* scores, int begin, int end) {
  for (int j = begin; j < end; j++) {
    scores[j] = kUnseen;
  }
}

/** One tile of query rows: scores, probabilities, weighted values. */
inline void attend_tile(const AttendTask& task, const HeadShape& shape, const AttendScratch& scratch, int first,
                        int count) {
  const HeadTask& head = task.head;
  alignas(64) int32_t products[kRowTile * kPanel];
  float factors[kRowTile], shares[kRowTile];
  if (shape.depth != head.head_width) {
    memset(scratch.queries, 0, (size_t)kRowTile * shape.depth);
  }
  for (int r = 0; r < count; r++) {
    factors[r] = task.query_factor *
                 quantize_query(head.query + (first + r) * head.stride, head.head_width, scratch.queries + r * shape.depth);
  }

  // The keys that any row of the tile sees, in steps of the kernel.
  const int reach = task.window;
  const int begin = reach > 0 && first > reach ? (first - reach) / kKeyStep * kKeyStep : 0;
  const int last = first + count + reach;
  const int end = reach > 0 && last < head.keys ? round_up(last, kKeyStep) : shape.keys;

  const bool biased = task.relative_bias != nullptr;
  F most[kRowTile];
  for (int r = 0; r < count; r++) {
    most[r] = splat(kUnseen);
  }
  const size_t key_group = (size_t)16 * shape.depth;
  for (int j = begin; j < end; j += kPanel) {
    const int groups = end - j < kPanel ? (end - j) / 16 : 4;
    multiply(scratch.queries, shape.depth, count, head.memory.keys + j / 16 * key_group, key_group, groups,
             shape.depth / 4, products);
    const auto score = biased ? score_groups<true> : score_groups<false>;
    score(task, first, count, factors, j, groups, products, scratch.scores, shape.keys, most);
  }
  for (int r = 0; r < count; r++) {
    float* scores = scratch.scores + (size_t)r * shape.keys;
    if (reach > 0) {
      const int row = first + r;
      hide(scores, begin, row - reach);
      hide(scores, row + reach + 1, end);
      most[r] = splat(kUnseen);
      for (int j = begin; j < end; j += 16) {
        most[r] = max(most[r], load(scores + j));
      }
    }
    shares[r] = soften(scores, begin, end, largest(most[r]), biased ? 1.0f : factors[r],
                       scratch.probabilities + (size_t)r * shape.keys);
  }

  const size_t value_group = (size_t)16 * shape.keys;
  for (int d = 0; d < head.head_width; d += kPanel) {
    const int groups = head.head_width - d < kPanel ? (head.head_width - d) / 16 : 4;
    multiply(scratch.probabilities + begin, shape.keys, count,
             head.memory.values + (size_t)d * shape.keys + (size_t)begin * 16, value_group, groups, (end - begin) / 4,
             products);
    for (int g = 0; g < groups; g++) {
      const F scale = load(head.memory.value_scale + d + g * 16);
      for (int r = 0; r < count; r++) {
        const F y = mul(mul(to_float(load_ints(products + r * kPanel + g * 16)), scale), splat(shares[r]));
        store(task.out + (first + r) * task.out_stride + d + g * 16, y);
      }
    }
  }
}

void attend(const AttendTask& task) {
  const HeadShape shape(task.head.keys, task.head.head_width);
  const AttendScratch scratch(task.scratch, shape);
  for (int first = task.first_row; first < task.end_row; first += kRowTile) {
    const int left = task.end_row - first;
    attend_tile(task, shape, scratch, first, left < kRowTile ? left : kRowTile);
  }
}

}  // namespace
