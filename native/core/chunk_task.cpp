#include "chunk_task.h"
#include <algorithm>
#include "head_places.h"

namespace octavec {
namespace {

int32_t longest_text(const Batch& batch, const Chunk& chunk) {
  int32_t most = 0;
  for (int32_t i = chunk.first_text; i < chunk.end_text; i++) {
    most = std::max(most, batch.offsets[i + 1] - batch.offsets[i]);
  }
  return most;
}

}  // namespace

void ChunkBuffers::reserve(const Model& model, const Kernels& kernels, const Batch& batch, const Chunk& chunk) {
  const HeadPlaces places{kernels, model, batch};
  const size_t all_keys = places.keys_before(chunk.first_text, chunk.end_text) * model.key_value_heads;
  const size_t texts = chunk.end_text - chunk.first_text;
  hidden.reserve(size_t(chunk.tokens) * model.hidden);
  qkv.reserve(size_t(chunk.tokens) * model.qkv_width());
  keys.reserve(all_keys * places.depth() * kernels.number_bytes);
  values.reserve(all_keys * model.head_width * kernels.number_bytes);
  key_scale.reserve(all_keys);
  key_offset.reserve(all_keys);
  value_scale.reserve(texts * model.key_value_inner());
}

void MemberBuffers::reserve(const Model& model, const Kernels& kernels, const Batch& batch, const Chunk& chunk,
                            int32_t rows) {
  const size_t padded_rows = padded(rows, kRowPadding);
  const size_t block = std::min<size_t>(padded_rows, kernels.ffn_rows);
  quantized.reserve(padded_rows * std::max(model.hidden, model.inner()) * kernels.number_bytes);
  scales.reserve(padded_rows);
  ffn_quantized.reserve(block * model.ffn * kernels.number_bytes);
  ffn_scales.reserve(block);
  ffn.reserve(block * model.ffn);
  ranges.reserve(block * 32);
  if (model.has_narrow_layers()) {
    panel.reserve(kPanel * std::max({model.hidden, model.inner(), model.ffn}));
  }
  if (model.pre_norm) {
    normed.reserve(size_t(rows) * model.hidden);
  }
  if (batch.want_hidden == 0 && model.pools_single_tokens()) {
    pooled.reserve(size_t(rows) * (model.hidden + model.inner()));
  }
  attention.reserve(kernels.attention_scratch(longest_text(batch, chunk), model.head_width));
}

}  // namespace octavec
