/**
 * Attention, one head of one sequence at a time. How queries, keys, values and probabilities are rounded stands in
 * attention_int8.h and attention_bf16.h, of which one is included before.
 *
 * Probabilities are normalised by the sum of the rounded ones, so that rounding cancels in part.
 */
#pragma once
#include "head_shape.h"

namespace {

void pack_head(const HeadTask& task) {
  pack_keys(task);
  pack_values(task);
}

/** Buffers for one tile of query rows. */
struct AttentionScratch {
  uint8_t* queries;
  uint8_t* probabilities;
  float* scores;

  AttentionScratch(uint8_t* memory, const HeadShape& shape)
      : queries(memory),
        probabilities(queries + round_up(kRowTile * shape.depth * kNumberBytes, 64)),
        scores((float*)(probabilities + round_up(kRowTile * shape.keys * kNumberBytes, 64))) {}
};

size_t attention_scratch(int keys, int head_width) {
  const HeadShape shape(keys, head_width);
  return round_up(kRowTile * shape.depth * kNumberBytes, 64) + round_up(kRowTile * shape.keys * kNumberBytes, 64) +
         (size_t)kRowTile * shape.keys * sizeof(float);
}

/**
 * Products of a tile of queries with the keys of one panel, as numbers: without the queries' factors, which are left to
 * the softmax, unless a bias is added. `most` gets the largest of each row, lane by lane.
 */
template <bool kBias, int kGroups>
inline void score_panel(const AttentionTask& task, int first, int count, const float* factors, int key,
                        const Product* products, float* scores, int stride, F* most) {
  F scale[kGroups], offset[kGroups];
  for (int g = 0; g < kGroups; g++) {
    scale[g] = load(task.head.memory.key_scale + key + g * 16);
    offset[g] = load(task.head.memory.key_offset + key + g * 16);
  }
  for (int r = 0; r < count; r++) {
    F highest = most[r];
    for (int g = 0; g < kGroups; g++) {
      const int j = key + g * 16;
      F score = fma(product_lanes(products + r * kPanel + g * 16), scale[g], offset[g]);
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
inline void score_groups(const AttentionTask& task, int first, int count, const float* factors, int key, int groups,
                         const Product* products, float* scores, int stride, F* most) {
  with_constant<4>(groups, [&](auto known) {
    score_panel<kBias, decltype(known)::value>(task, first, count, factors, key, products, scores, stride, most);
  });
}

inline void hide(float* scores, int begin, int end) {
  for (int j = begin; j < end; j++) {
    scores[j] = kUnseen;
  }
}

/** One tile of query rows: scores, probabilities, weighted values. */
inline void attend_tile(const AttentionTask& task, const HeadShape& shape, const AttentionScratch& scratch, int first,
                        int count) {
  const HeadTask& head = task.head;
  alignas(64) Product products[kRowTile * kPanel];
  float factors[kRowTile], shares[kRowTile];
  const size_t query_bytes = (size_t)shape.depth * kNumberBytes, row_bytes = (size_t)shape.keys * kNumberBytes;
  if (shape.depth != head.head_width) {
    memset(scratch.queries, 0, kRowTile * query_bytes);
  }
  for (int r = 0; r < count; r++) {
    factors[r] = task.query_factor * quantize_query(head.query + (first + r) * head.stride, head.head_width,
                                                    scratch.queries + r * query_bytes);
  }

  // The keys that any row of the tile sees, in steps of the kernel.
  const int begin = first > task.before ? (first - task.before) / kKeyStep * kKeyStep : 0;
  const int behind = first + count + task.after;
  const int end = behind < head.keys ? round_up(behind, kKeyStep) : shape.keys;
  // Whether the last row sees less at the beginning than that, or the first row at the end.
  const bool partial = first + count - 1 - task.before > begin || first + task.after + 1 < end;

  const bool biased = task.relative_bias != nullptr;
  F most[kRowTile];
  for (int r = 0; r < count; r++) {
    most[r] = splat(kUnseen);
  }
  const size_t key_group = 16 * query_bytes;
  for (int j = begin; j < end; j += kPanel) {
    const int groups = end - j < kPanel ? (end - j) / 16 : 4;
    multiply(scratch.queries, query_bytes, count, head.memory.keys + j / 16 * key_group, key_group, groups,
             (int)query_bytes / 4, products);
    const auto score = biased ? score_groups<true> : score_groups<false>;
    score(task, first, count, factors, j, groups, products, scratch.scores, shape.keys, most);
  }
  for (int r = 0; r < count; r++) {
    float* scores = scratch.scores + (size_t)r * shape.keys;
    if (partial) {
      const int row = first + r;
      hide(scores, begin, row - task.before);
      hide(scores, row + task.after + 1, end);
      most[r] = splat(kUnseen);
      for (int j = begin; j < end; j += 16) {
        most[r] = max(most[r], load(scores + j));
      }
    }
    shares[r] =
        soften(scores, begin, end, largest(most[r]), biased ? 1.0f : factors[r], scratch.probabilities + r * row_bytes);
  }

  const size_t value_group = 16 * row_bytes;
  for (int d = 0; d < head.head_width; d += kPanel) {
    const int groups = head.head_width - d < kPanel ? (head.head_width - d) / 16 : 4;
    multiply(scratch.probabilities + begin * kNumberBytes, row_bytes, count,
             head.memory.values + d * row_bytes + (size_t)begin * 16 * kNumberBytes, value_group, groups,
             (end - begin) * kNumberBytes / 4, products);
    for (int g = 0; g < groups; g++) {
      const F scale = load(head.memory.value_scale + d + g * 16);
      for (int r = 0; r < count; r++) {
        const F y = mul(mul(product_lanes(products + r * kPanel + g * 16), scale), splat(shares[r]));
        store(task.out + (first + r) * task.out_stride + d + g * 16, y);
      }
    }
  }
}

void attend(const AttentionTask& task) {
  const HeadShape shape(task.head.keys, task.head.head_width);
  const AttentionScratch scratch(task.scratch, shape);
  for (int first = task.first_row; first < task.end_row; first += kRowTile) {
    const int left = task.end_row - first;
    attend_tile(task, shape, scratch, first, left < kRowTile ? left : kRowTile);
  }
}

}  // namespace
