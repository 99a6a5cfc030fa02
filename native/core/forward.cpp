#include "forward.h"
#include "bf16.h"
#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

namespace octavec {
namespace {

size_t padded(size_t value, size_t step) { return (value + step - 1) / step * step; }

/** Where the heads of the chunk's texts have their packed keys and values: one text after the other, padded. */
struct HeadPlaces {
  const Kernels& kernels;
  const Model& model;
  const Batch& batch;

  size_t keys_before(int32_t first_text, int32_t text) const {
    size_t total = 0;
    for (int32_t i = first_text; i < text; i++) {
      total += padded(tokens(i), kernels.key_step);
    }
    return total;
  }
  int32_t tokens(int32_t text) const { return batch.offsets[text + 1] - batch.offsets[text]; }
  size_t depth() const { return padded(model.head_width, kernels.depth_step); }
};

/** One member's view of its work on a chunk. */
class Member {
 public:
  Member(const ChunkTask& task, MemberBuffers& own, int rank)
      : task_(task),
        model_(task.model),
        kernels_(task.kernels),
        shared_(task.buffers),
        own_(own),
        rank_(rank),
        rows_(task.chunk.tokens, rank, task.team.size(), 16),
        count_(rows_.end - rows_.begin),
        hidden_(shared_.hidden.data() + size_t(rows_.begin) * model_.hidden) {}

  Outcome run() {
    try {
      own_.reserve(model_, kernels_, task_.batch, task_.chunk, count_);
      pooled_rows_.reserve(2 * size_t(task_.chunk.end_text - task_.chunk.first_text));
    } catch (const std::bad_alloc&) {
      task_.team.fail();
    }
    task_.team.wait();
    if (task_.team.failed()) {
      return Outcome::kNoMemory;
    }
    embed();
    for (const Layer& layer : model_.layers) {
      // One member looks, and all see what it saw behind the next wait: none may go on without the others.
      if (rank_ == 0 && task_.cancelled.load(std::memory_order_relaxed)) {
        task_.team.cancel();
      }
      const bool pooled_rows_only =
          &layer == &model_.layers.back() && task_.batch.want_hidden == 0 && model_.pools_single_tokens();
      project(layer);
      task_.team.wait();
      if (task_.team.cancelled()) {
        return Outcome::kCancelled;
      }
      attention(layer, pooled_rows_only);
      if (count_ > 0) {
        feed_forward(layer);
      }
    }
    if (count_ > 0 && model_.final_norm.present()) {
      kernels_.normalize_rows(hidden_, hidden_, count_, model_.hidden, model_.final_norm.view(), nullptr, nullptr,
                              nullptr);
    }
    for (size_t i = 0; i < pooled_rows_.size(); i++) {
      std::copy_n(hidden_ + i * model_.hidden, model_.hidden, hidden_row(pooled_rows_[i]));
    }
    return Outcome::kDone;
  }

 private:
  float* hidden_row(int32_t row) const { return shared_.hidden.data() + size_t(row) * model_.hidden; }
  float* qkv_row(int32_t row) const { return shared_.qkv.data() + row * qkv_stride(); }
  size_t qkv_stride() const { return model_.qkv_width(); }

  static const float* factor(const Numbers<float>& factors) { return factors.empty() ? nullptr : factors.data(); }

  PackedLinear packed(const LinearLayer& layer) const { return layer.packed(own_.panel.data()); }

  /** Of numbers to multiply. */
  size_t bytes(size_t numbers) const { return numbers * kernels_.number_bytes; }

  QuantizedRows quantized(int32_t width) const {
    return {own_.quantized.data(), bytes(width), own_.scales.data(), count_};
  }

  void embed() {
    const Batch& batch = task_.batch;
    int32_t text = task_.chunk.first_text;
    for (int32_t row = rows_.begin; row < rows_.end; row++) {
      const int32_t token = task_.chunk.first_token + row;
      while (batch.offsets[text + 1] <= token) {
        text++;
      }
      const int32_t start = batch.offsets[text];
      embed_token(batch.ids[token], model_.position(batch.ids + start, token - start),
                  shared_.hidden.data() + size_t(row) * model_.hidden);
    }
    if (model_.embedding_norm.present()) {
      kernels_.normalize_rows(hidden_, hidden_, count_, model_.hidden, model_.embedding_norm.view(), nullptr, nullptr,
                              nullptr);
    }
  }

  void embed_token(int32_t word, int32_t position, float* out) const {
    const size_t width = model_.hidden;
    const float* added = !model_.positions.empty()    ? model_.positions.data() + position * width
                         : !model_.token_type.empty() ? model_.token_type.data()
                                                      : nullptr;
    if (model_.precision == Precision::kBFloat16) {
      std::transform(model_.words.halves.data() + word * width, model_.words.halves.data() + (word + 1) * width, out,
                     from_bf16);
    } else if (model_.words.block > 0) {
      embed_blocks(word, out);
    } else {
      const int8_t* row = model_.words.quantized.data() + word * width;
      const float scale = model_.words.scale[word];
      std::transform(row, row + width, out, [scale](int8_t code) { return scale * float(code); });
    }
    if (added != nullptr) {
      std::transform(out, out + width, added, out, std::plus<float>());
    }
  }

  /** A word whose codes are in blocks. */
  void embed_blocks(int32_t word, float* out) const {
    const WordTable& table = model_.words;
    const int32_t width = model_.hidden, blocks = (width + table.block - 1) / table.block;
    const uint8_t* codes = table.codes.data() + size_t(word) * width * table.bits / 8;
    for (int32_t block = 0; block < blocks; block++) {
      const size_t at = size_t(word) * blocks + block;
      const int32_t zero = table.zeros.empty() ? 1 << (table.bits - 1) : table.zeros[at];
      const int32_t end = std::min(width, (block + 1) * table.block);
      for (int32_t i = block * table.block; i < end; i++) {
        const int32_t code = table.bits == 8 ? codes[i] : codes[i / 2] >> (4 * (i & 1)) & 15;
        out[i] = table.steps[at] * static_cast<float>(code - zero);
      }
    }
  }

  /** Own rows of the residual stream, quantized as the input of a linear layer, behind `norm` in pre-norm models. */
  QuantizedRows input(const NormWeights& norm, const Numbers<float>& factors) {
    if (model_.pre_norm && norm.present()) {
      kernels_.normalize_rows(hidden_, own_.normed.data(), count_, model_.hidden, norm.view(), factor(factors),
                              own_.quantized.data(), own_.scales.data());
    } else {
      kernels_.quantize_rows(hidden_, model_.hidden, count_, model_.hidden, factor(factors), own_.quantized.data(),
                             own_.scales.data());
    }
    return quantized(model_.hidden);
  }

  /** Adds a linear layer's result, or its norm where there is one, to rows of the residual stream. */
  void add_linear(const QuantizedRows& rows, const LinearLayer& layer, const NormWeights& norm, float* out) {
    if (!norm.present()) {
      return kernels_.linear_add(rows, packed(layer), out, model_.hidden);
    }
    // What was normed before is quantized by now, and its place free.
    kernels_.linear_store(rows, packed(layer), own_.normed.data(), model_.hidden);
    kernels_.add_normalized(own_.normed.data(), out, rows.rows, model_.hidden, norm.view());
  }

  /** The norm behind an addition, in post-norm models. */
  void finish(const NormWeights& norm) {
    if (!model_.pre_norm) {
      kernels_.normalize_rows(hidden_, hidden_, count_, model_.hidden, norm.view(), nullptr, nullptr, nullptr);
    }
  }

  /** Queries, keys and values of own rows. */
  void project(const Layer& layer) {
    kernels_.linear_store(input(layer.attention_norm, layer.qkv_factor), packed(layer.qkv), qkv_row(rows_.begin),
                          qkv_stride());
    prepare_heads(layer);
  }

  void attention(const Layer& layer, bool pooled_rows_only) {
    const int32_t inner = model_.inner();
    float* attended = qkv_row(rows_.begin);
    size_t stride = qkv_stride();
    pack_heads();
    task_.team.wait();
    if (pooled_rows_only) {
      find_pooled_rows();
    }
    attend(layer, pooled_rows_only);
    if (pooled_rows_only) {
      attended = gather_pooled_rows();
      stride = inner;
      if (count_ == 0) {
        return;
      }
    }
    kernels_.quantize_rows(attended, stride, count_, inner, factor(layer.out_factor), own_.quantized.data(),
                           own_.scales.data());
    add_linear(quantized(inner), layer.out, layer.attention_out_norm, hidden_);
    finish(layer.attention_norm);
  }

  /** Own rows that pooling takes: the first tokens of texts, or the last ones. */
  void find_pooled_rows() {
    const Batch& batch = task_.batch;
    for (int32_t text = task_.chunk.first_text; text < task_.chunk.end_text; text++) {
      const int32_t first = batch.offsets[text] - task_.chunk.first_token;
      const int32_t last = batch.offsets[text + 1] - task_.chunk.first_token - 1;
      for (const Pooling mode : model_.pooling) {
        const int32_t row = mode == Pooling::kCls ? first : last;
        const bool known = !pooled_rows_.empty() && pooled_rows_.back() == row;
        if (rows_.begin <= row && row < rows_.end && !known) {
          pooled_rows_.push_back(row);
        }
      }
    }
  }

  /** Goes on with the pooled rows alone, close together. Returns what the attention gave for them, [rows × inner]. */
  float* gather_pooled_rows() {
    const int32_t inner = model_.inner(), hidden = model_.hidden;
    count_ = static_cast<int32_t>(pooled_rows_.size());
    hidden_ = own_.pooled.data();
    float* attended = hidden_ + size_t(rows_.end - rows_.begin) * hidden;
    for (int32_t i = 0; i < count_; i++) {
      std::copy_n(hidden_row(pooled_rows_[i]), hidden, hidden_ + size_t(i) * hidden);
      std::copy_n(qkv_row(pooled_rows_[i]), inner, attended + size_t(i) * inner);
    }
    return attended;
  }

  void feed_forward(const Layer& layer) {
    const QuantizedRows all = input(layer.ffn_norm, layer.up_factor);
    for (int32_t first = 0; first < count_; first += kernels_.ffn_rows) {
      const int32_t rows = std::min(kernels_.ffn_rows, count_ - first);
      const QuantizedRows part{all.values + first * all.stride, all.stride, all.scales + first, rows};
      const auto up = model_.gated ? kernels_.linear_gated : kernels_.linear_activate;
      up(part, packed(layer.up), model_.activation, own_.ffn.data(), model_.ffn, own_.ranges.data());
      if (layer.down_factor.empty()) {
        kernels_.quantize_ranged(own_.ffn.data(), model_.ffn, rows, model_.ffn, own_.ranges.data(),
                                 own_.ffn_quantized.data(), own_.ffn_scales.data());
      } else {
        kernels_.quantize_rows(own_.ffn.data(), model_.ffn, rows, model_.ffn, layer.down_factor.data(),
                               own_.ffn_quantized.data(), own_.ffn_scales.data());
      }
      add_linear({own_.ffn_quantized.data(), bytes(model_.ffn), own_.ffn_scales.data(), rows}, layer.down,
                 layer.ffn_out_norm, hidden_ + size_t(first) * model_.hidden);
    }
    finish(layer.ffn_norm);
  }

  /** Norms and rotary positions of own queries and keys. */
  void prepare_heads(const Layer& layer) {
    float* queries = qkv_row(rows_.begin);
    normalize_heads(layer.query_norm, queries, model_.inner());
    normalize_heads(layer.key_norm, queries + model_.inner(), model_.key_value_inner());
    if (layer.rotation < 0) {
      return;
    }
    const float* turns = model_.rotations[layer.rotation].turns.data();
    const Batch& batch = task_.batch;
    int32_t text = task_.chunk.first_text;
    for (int32_t row = rows_.begin; row < rows_.end; row++) {
      const int32_t token = task_.chunk.first_token + row;
      while (batch.offsets[text + 1] <= token) {
        text++;
      }
      kernels_.rotate_heads(qkv_row(row), model_.heads + model_.key_value_heads, model_.head_width,
                            turns + size_t(token - batch.offsets[text]) * model_.head_width);
    }
  }

  void normalize_heads(const NormWeights& norm, float* heads, int32_t width) {
    if (norm.present()) {
      kernels_.normalize_parts(heads, qkv_stride(), count_, width / norm.width(), norm.width(), norm.view());
    }
  }

  /** Keys and values of one of their heads; the queries are not named yet. */
  HeadTask head_task(int32_t text, size_t keys_before, int32_t key_value_head) const {
    const HeadPlaces places{kernels_, model_, task_.batch};
    const int32_t tokens = places.tokens(text);
    const size_t keys = padded(tokens, kernels_.key_step);
    const size_t place = keys_before * model_.key_value_heads + keys * key_value_head;
    const size_t width = model_.head_width, before = task_.batch.offsets[text] - task_.chunk.first_token;
    const float* key = shared_.qkv.data() + before * qkv_stride() + model_.inner() + key_value_head * width;
    const size_t value_place = (text - task_.chunk.first_text) * size_t(model_.key_value_heads) + key_value_head;
    return {nullptr,
            key,
            key + model_.key_value_inner(),
            qkv_stride(),
            tokens,
            model_.head_width,
            {shared_.keys.data() + bytes(place * places.depth()), shared_.key_scale.data() + place,
             shared_.key_offset.data() + place, shared_.values.data() + bytes(place * width),
             shared_.value_scale.data() + value_place * width}};
  }

  void pack_heads() {
    const HeadPlaces places{kernels_, model_, task_.batch};
    const int32_t texts = task_.chunk.end_text - task_.chunk.first_text, heads = model_.key_value_heads;
    const Share mine(texts * heads, rank_, task_.team.size(), 1);
    size_t before = places.keys_before(task_.chunk.first_text, task_.chunk.first_text + mine.begin / heads);
    for (int32_t i = mine.begin; i < mine.end; i++) {
      const int32_t text = task_.chunk.first_text + i / heads, head = i % heads;
      kernels_.pack_head(head_task(text, before, head));
      if (head == heads - 1) {
        before += padded(places.tokens(text), kernels_.key_step);
      }
    }
  }

  void attend(const Layer& layer, bool pooled_rows_only) {
    const HeadPlaces places{kernels_, model_, task_.batch};
    size_t before = 0, pooled = 0;
    for (int32_t text = task_.chunk.first_text; text < task_.chunk.end_text; text++) {
      const int32_t start = task_.batch.offsets[text] - task_.chunk.first_token, tokens = places.tokens(text);
      if (pooled_rows_only) {
        for (; pooled < pooled_rows_.size() && pooled_rows_[pooled] < start + tokens; pooled++) {
          const int32_t row = pooled_rows_[pooled] - start;
          attend_rows(layer, text, before, row, row + 1);
        }
      } else {
        attend_rows(layer, text, before, std::max(rows_.begin - start, 0), std::min(rows_.end - start, tokens));
      }
      before += padded(tokens, kernels_.key_step);
    }
  }

  /** Rows `first` to before `end` of a text; the result takes their queries' place. */
  void attend_rows(const Layer& layer, int32_t text, size_t keys_before, int32_t first, int32_t end) {
    const size_t row = task_.batch.offsets[text] - task_.chunk.first_token;
    for (int32_t head = 0; first < end && head < model_.heads; head++) {
      HeadTask keys = head_task(text, keys_before, model_.key_value_head(head));
      float* place = qkv_row(static_cast<int32_t>(row)) + size_t(head) * model_.head_width;
      keys.query = place;
      kernels_.attend({keys, first, end, model_.score_scale * 1.44269504f, model_.relative_bias_of(head),
                       layer.before(), layer.after(), place, qkv_stride(), own_.attention.data()});
    }
  }

  const ChunkTask& task_;
  const Model& model_;
  const Kernels& kernels_;
  ChunkBuffers& shared_;
  MemberBuffers& own_;
  const int rank_;
  const Share rows_;
  /** Rows that go on, and where they stand: all of the share, or in the last layer those that are pooled. */
  int32_t count_;
  float* hidden_;
  std::vector<int32_t> pooled_rows_;
};

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

Outcome forward(const ChunkTask& task, MemberBuffers& own, int rank) { return Member(task, own, rank).run(); }

}  // namespace octavec
