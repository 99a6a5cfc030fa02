#include "attention_step.h"
#include <algorithm>
#include "head_places.h"

namespace octavec {

void AttentionStep::prepare(const Layer& layer, const Share& rows) const {
  const Model& model = task_.model;
  float* queries = task_.qkv_row(rows.begin);
  normalize_heads(layer.query_norm, queries, rows.count(), model.inner());
  normalize_heads(layer.key_norm, queries + model.inner(), rows.count(), model.key_value_inner());
  if (layer.rotation < 0) {
    return;
  }
  const float* turns = model.rotations[layer.rotation].turns.data();
  task_.for_tokens(rows, [&](int32_t row, int32_t token, int32_t start) {
    task_.kernels.rotate_heads(task_.qkv_row(row), model.heads + model.key_value_heads, model.head_width,
                               turns + size_t(token - start) * model.head_width);
  });
}

void AttentionStep::normalize_heads(const NormWeights& norm, float* heads, int32_t rows, int32_t width) const {
  if (norm.present()) {
    task_.kernels.normalize_parts(heads, task_.model.qkv_width(), rows, width / norm.width(), norm.width(),
                                  norm.view());
  }
}

/** Keys and values of one of their heads; the queries are not named yet. */
HeadTask AttentionStep::head_task(int32_t text, size_t keys_before, int32_t key_value_head) const {
  const Model& model = task_.model;
  const HeadPlaces places{task_.kernels, model, task_.batch};
  const size_t place = keys_before * model.key_value_heads + places.keys(text) * key_value_head;
  const size_t width = model.head_width, bytes = task_.kernels.number_bytes;
  const int32_t first_row = task_.batch.offsets[text] - task_.chunk.first_token;
  const float* key = task_.qkv_row(first_row) + model.inner() + key_value_head * width;
  const size_t value_place = (text - task_.chunk.first_text) * size_t(model.key_value_heads) + key_value_head;
  ChunkBuffers& shared = task_.buffers;
  return {nullptr,
          key,
          key + model.key_value_inner(),
          size_t(model.qkv_width()),
          places.tokens(text),
          model.head_width,
          {shared.keys.data() + bytes * place * places.depth(), shared.key_scale.data() + place,
           shared.key_offset.data() + place, shared.values.data() + bytes * place * width,
           shared.value_scale.data() + value_place * width}};
}

void AttentionStep::pack_heads() const {
  const HeadPlaces places{task_.kernels, task_.model, task_.batch};
  const int32_t texts = task_.chunk.end_text - task_.chunk.first_text, heads = task_.model.key_value_heads;
  const Share mine(texts * heads, rank_, task_.team.size(), 1);
  size_t before = places.keys_before(task_.chunk.first_text, task_.chunk.first_text + mine.begin / heads);
  for (int32_t i = mine.begin; i < mine.end; i++) {
    const int32_t text = task_.chunk.first_text + i / heads, head = i % heads;
    task_.kernels.pack_head(head_task(text, before, head));
    if (head == heads - 1) {
      before += places.keys(text);
    }
  }
}

void AttentionStep::attend(const Layer& layer, const Share& rows) const {
  const HeadPlaces places{task_.kernels, task_.model, task_.batch};
  size_t before = 0;
  for (int32_t text = task_.chunk.first_text; text < task_.chunk.end_text; text++) {
    const int32_t start = task_.batch.offsets[text] - task_.chunk.first_token;
    attend_text(layer, text, before, std::max(rows.begin - start, 0), std::min(rows.end - start, places.tokens(text)));
    before += places.keys(text);
  }
}

void AttentionStep::attend(const Layer& layer, const std::vector<int32_t>& rows) const {
  const HeadPlaces places{task_.kernels, task_.model, task_.batch};
  size_t before = 0;
  auto row = rows.begin();
  for (int32_t text = task_.chunk.first_text; text < task_.chunk.end_text; text++) {
    const int32_t start = task_.batch.offsets[text] - task_.chunk.first_token;
    for (; row != rows.end() && *row < start + places.tokens(text); ++row) {
      attend_text(layer, text, before, *row - start, *row - start + 1);
    }
    before += places.keys(text);
  }
}

/** Rows `first` to before `end` of a text. */
void AttentionStep::attend_text(const Layer& layer, int32_t text, size_t keys_before, int32_t first,
                                int32_t end) const {
  const Model& model = task_.model;
  const int32_t row = task_.batch.offsets[text] - task_.chunk.first_token;
  for (int32_t head = 0; first < end && head < model.heads; head++) {
    HeadTask keys = head_task(text, keys_before, model.key_value_head(head));
    float* place = task_.qkv_row(row) + size_t(head) * model.head_width;
    keys.query = place;
    task_.kernels.attend({keys, first, end, model.score_scale * 1.44269504f, model.relative_bias_of(head),
                          layer.before(), layer.after(), place, size_t(model.qkv_width()), own_.attention.data()});
  }
}

}  // namespace octavec
