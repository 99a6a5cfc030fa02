#include "forward.h"
#include <algorithm>
#include <vector>
#include "attention_step.h"
#include "embedding.h"

namespace octavec {
namespace {

/** One member's view of its work on a chunk. */
class Member {
 public:
  Member(const ChunkTask& task, MemberBuffers& own, int rank)
      : task_(task),
        model_(task.model),
        kernels_(task.kernels),
        own_(own),
        attention_(task, own, rank),
        rank_(rank),
        rows_(task.chunk.tokens, rank, task.team.size(), 16),
        count_(rows_.count()),
        hidden_(task.hidden_row(rows_.begin)) {}

  Outcome run() {
    // Nobody waits here for members who are still waking up: what comes first is done with own rows alone.
    if (reserve()) {
      embed();
      project(model_.layers.front());
    } else {
      task_.team.fail();
    }
    for (const Layer& layer : model_.layers) {
      // One member looks, and all see what it saw behind the next wait: none may go on without the others.
      if (rank_ == 0 && task_.cancelled.load(std::memory_order_relaxed)) {
        task_.team.cancel();
      }
      if (&layer != &model_.layers.front()) {
        project(layer);
      }
      task_.team.wait();
      if (task_.team.failed()) {
        return Outcome::kNoMemory;
      }
      if (task_.team.cancelled()) {
        return Outcome::kCancelled;
      }
      attend(layer);
      if (count_ > 0) {
        feed_forward(layer);
      }
    }
    if (count_ > 0 && model_.final_norm.present()) {
      normalize(model_.final_norm, nullptr);
    }
    for (size_t i = 0; i < pooled_rows_.size(); i++) {
      std::copy_n(hidden_ + i * model_.hidden, model_.hidden, task_.hidden_row(pooled_rows_[i]));
    }
    return Outcome::kDone;
  }

 private:
  bool reserve() {
    try {
      own_.reserve(model_, kernels_, task_.batch, task_.chunk, count_);
      pooled_rows_.reserve(2 * size_t(task_.chunk.end_text - task_.chunk.first_text));
      return true;
    } catch (const std::bad_alloc&) {
      return false;
    }
  }

  static const float* factor(const Numbers<float>& factors) { return factors.empty() ? nullptr : factors.data(); }

  PackedLinear packed(const LinearLayer& layer) const { return layer.packed(own_.panel.data()); }

  /** Of numbers to multiply. */
  size_t bytes(size_t numbers) const { return numbers * kernels_.number_bytes; }

  QuantizedRows quantized(int32_t width) const {
    return {own_.quantized.data(), bytes(width), own_.scales.data(), count_};
  }

  /** The layer behind one; null behind the last. */
  const Layer* next(const Layer& layer) const { return &layer == &model_.layers.back() ? nullptr : &layer + 1; }

  /** Whether only some rows go on: pooling takes first or last tokens, and nobody asks for hidden states. */
  bool pools_here(const Layer& layer) const {
    return next(layer) == nullptr && task_.batch.want_hidden == 0 && model_.pools_single_tokens();
  }

  void embed() {
    embed_rows(task_, rows_);
    const Numbers<float>& first_factor = model_.layers.front().qkv_factor;
    if (model_.embedding_norm.present()) {
      normalize(model_.embedding_norm, &first_factor);
    } else if (!model_.pre_norm) {
      quantize(hidden_, model_.hidden, model_.hidden, first_factor);
    }
  }

  /**
   * The norm of own rows of the residual stream, in place. In post-norm models they are quantized on the way, as the
   * input of the linear layer behind it, whose factors are `next`; null if none comes.
   */
  void normalize(const NormWeights& norm, const Numbers<float>* next) {
    const bool is_input = !model_.pre_norm && next != nullptr;
    kernels_.normalize_rows(hidden_, hidden_, count_, model_.hidden, norm.view(), is_input ? factor(*next) : nullptr,
                            is_input ? own_.quantized.data() : nullptr, own_.scales.data());
  }

  void quantize(const float* rows, size_t stride, int32_t width, const Numbers<float>& factors) {
    kernels_.quantize_rows(rows, stride, count_, width, factor(factors), own_.quantized.data(), own_.scales.data());
  }

  /** Own rows, quantized as the input of a linear layer: behind `norm` in pre-norm models, else they are by now. */
  QuantizedRows input(const NormWeights& norm, const Numbers<float>& factors) {
    if (model_.pre_norm && norm.present()) {
      kernels_.normalize_rows(hidden_, own_.normed.data(), count_, model_.hidden, norm.view(), factor(factors),
                              own_.quantized.data(), own_.scales.data());
    } else if (model_.pre_norm) {
      quantize(hidden_, model_.hidden, model_.hidden, factors);
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

  /** Queries, keys and values of own rows. */
  void project(const Layer& layer) {
    kernels_.linear_store(input(layer.attention_norm, layer.qkv_factor), packed(layer.qkv), task_.qkv_row(rows_.begin),
                          model_.qkv_width());
    attention_.prepare(layer, rows_);
  }

  void attend(const Layer& layer) {
    const int32_t inner = model_.inner();
    attention_.pack_heads();
    task_.team.wait();
    if (pools_here(layer)) {
      find_pooled_rows();
      attention_.attend(layer, pooled_rows_);
      const float* attended = gather_pooled_rows();
      if (count_ == 0) {
        return;
      }
      quantize(attended, inner, inner, layer.out_factor);
    } else {
      attention_.attend(layer, rows_);
      quantize(task_.qkv_row(rows_.begin), model_.qkv_width(), inner, layer.out_factor);
    }
    add_linear(quantized(inner), layer.out, layer.attention_out_norm, hidden_);
    if (!model_.pre_norm) {
      normalize(layer.attention_norm, &layer.up_factor);
    }
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
  const float* gather_pooled_rows() {
    const int32_t inner = model_.inner(), hidden = model_.hidden;
    count_ = static_cast<int32_t>(pooled_rows_.size());
    hidden_ = own_.pooled.data();
    float* attended = hidden_ + size_t(rows_.count()) * hidden;
    for (int32_t i = 0; i < count_; i++) {
      std::copy_n(task_.hidden_row(pooled_rows_[i]), hidden, hidden_ + size_t(i) * hidden);
      std::copy_n(task_.qkv_row(pooled_rows_[i]), inner, attended + size_t(i) * inner);
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
    if (!model_.pre_norm) {
      const Layer* behind = next(layer);
      normalize(layer.ffn_norm, behind == nullptr ? nullptr : &behind->qkv_factor);
    }
  }

  const ChunkTask& task_;
  const Model& model_;
  const Kernels& kernels_;
  MemberBuffers& own_;
  const AttentionStep attention_;
  const int rank_;
  const Share rows_;
  /** Rows that go on, and where they stand: all of the share, or in the last layer those that are pooled. */
  int32_t count_;
  float* hidden_;
  std::vector<int32_t> pooled_rows_;
};

}  // namespace

Outcome forward(const ChunkTask& task, MemberBuffers& own, int rank) { return Member(task, own, rank).run(); }

}  // namespace octavec
