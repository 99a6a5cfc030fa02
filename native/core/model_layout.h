#pragma once
#include "model.h"
#include "narrow_weights.h"
#include "packed_file.h"

namespace octavec {

/**
 * Everything that a model holds, in the order of the file: a const model goes through a PackedWriter, another is filled
 * by a PackedReader, which refuses numbers out of range and arrays of other lengths than these.
 */
template <class File, class AnyModel>
class ModelLayout {
 public:
  ModelLayout(File& file, AnyModel& model, const Kernels& kernels) : file_(file), model_(model), kernels_(kernels) {}

  void everything() {
    widths();
    file_.integer(model_.max_tokens, 1, kMaxTokens);
    file_.integer(model_.activation, 0, 3);
    file_.integer(model_.gated, 0, 1);
    file_.integer(model_.pre_norm, 0, 1);
    file_.number(model_.score_scale);
    if (model_.score_scale < 0) {
      PackedReader::refuse();
    }
    file_.integer(model_.vocabulary, 1, kMaxVocabulary);
    file_.integer(model_.uncounted_word, -1, model_.vocabulary - 1);
    const size_t tokens = model_.max_tokens;
    file_.optional_numbers(model_.positions, (tokens + (model_.uncounted_word < 0 ? 0 : 1)) * model_.hidden);
    file_.optional_numbers(model_.token_type, model_.hidden);
    file_.optional_numbers(model_.relative_bias, model_.heads * (2 * tokens - 1 + kRelativePadding));
    norm(model_.embedding_norm, model_.hidden);
    norm(model_.final_norm, model_.hidden);
    file_.list(model_.rotations, 0, kMaxRotations, [this, tokens](auto& rotation) {
      file_.numbers(rotation.steps, model_.head_width / 2);
      file_.numbers(rotation.turns, tokens * model_.head_width);
    });
    file_.list(model_.layers, 1, kMaxLayers, [this](auto& each) { layer(each); });
    head();
    words();
  }

 private:
  void widths() {
    file_.integer(model_.hidden, kPanel, kMaxWidth);
    file_.integer(model_.heads, 1, kMaxHeads);
    file_.integer(model_.key_value_heads, 1, model_.heads);
    file_.integer(model_.head_width, 16, kMaxHeadWidth);
    file_.integer(model_.ffn, kPanel, kMaxWidth);
    check_widths(model_.hidden, model_.heads, model_.key_value_heads, model_.head_width, model_.ffn);
  }

  /** @param other another width that it may have */
  template <class AnyNorm>
  void norm(AnyNorm& norm, int32_t width, int32_t other = 0) {
    file_.optional_numbers(norm.gamma, width, other);
    file_.optional_numbers(norm.beta, norm.gamma.size());
    file_.number(norm.epsilon);
    file_.integer(norm.rms, 0, 1);
    if (norm.beta.size() != norm.gamma.size()) {
      PackedReader::refuse();
    }
  }

  template <class AnyLinear>
  void linear(AnyLinear& linear, int32_t inputs, int32_t columns) {
    file_.integer(linear.inputs, inputs, inputs);
    file_.integer(linear.columns, columns, columns);
    file_.numbers(linear.bias, columns);
    file_.numbers(linear.scale, columns);
    file_.numbers(linear.sum, columns);
    file_.integer(linear.narrow, 0, columns);
    file_.integer(linear.block, 0, kMaxWidth);
    if (linear.narrow % kPanel != 0 || (linear.narrow > 0 && (linear.block < 8 || linear.block % 8 != 0)) ||
        (linear.narrow > 0 && kernels_.number_bytes != 1)) {
      PackedReader::refuse();
    }
    const size_t narrow = linear.narrow > 0 ? narrow_bytes(inputs, linear.narrow, linear.block) : 0;
    file_.optional_numbers(linear.narrow_blocks, narrow);
    const size_t wide = size_t(inputs) * (columns - linear.narrow) * kernels_.number_bytes;
    file_.optional_numbers(linear.groups, wide);
    if (linear.narrow_blocks.size() != narrow || linear.groups.size() != wide) {
      PackedReader::refuse();
    }
  }

  template <class AnyLayer>
  void layer(AnyLayer& layer) {
    const int32_t hidden = model_.hidden, inner = model_.inner(), ffn = model_.ffn;
    norm(layer.attention_norm, hidden);
    norm(layer.query_norm, model_.head_width, inner);
    norm(layer.key_norm, model_.head_width, model_.key_value_inner());
    norm(layer.attention_out_norm, hidden);
    norm(layer.ffn_norm, hidden);
    norm(layer.ffn_out_norm, hidden);
    if (!model_.pre_norm && (layer.attention_out_norm.present() || layer.ffn_out_norm.present())) {
      PackedReader::refuse();
    }
    if (!model_.pre_norm && !(layer.attention_norm.present() && layer.ffn_norm.present())) {
      PackedReader::refuse();
    }
    file_.optional_numbers(layer.qkv_factor, hidden);
    file_.optional_numbers(layer.out_factor, inner);
    file_.optional_numbers(layer.up_factor, hidden);
    file_.optional_numbers(layer.down_factor, ffn);
    file_.integer(layer.rotation, -1, static_cast<int32_t>(model_.rotations.size()) - 1);
    file_.integer(layer.window, 0, kMaxTokens);
    file_.integer(layer.causal, 0, 1);
    linear(layer.qkv, hidden, model_.qkv_width());
    linear(layer.out, inner, hidden);
    linear(layer.up, hidden, model_.gated ? 2 * ffn : ffn);
    linear(layer.down, ffn, hidden);
  }

  void head() {
    file_.list(model_.pooling, 1, kMaxPoolings, [this](auto& mode) { file_.integer(mode, 0, kMaxPoolings - 1); });
    check_poolings(model_.pooling);
    int32_t width = model_.pooled_width();
    file_.list(model_.dense, 0, kMaxDenseLayers, [this, &width](auto& dense) {
      file_.integer(dense.inputs, width, width);
      file_.integer(dense.outputs, 1, kMaxWidth);
      width = dense.outputs;
      file_.numbers(dense.weights, size_t(dense.inputs) * dense.outputs);
      file_.optional_numbers(dense.bias, dense.outputs);
      file_.integer(dense.tanh, 0, 1);
    });
    file_.integer(model_.normalize, 0, 1);
  }

  void words() {
    const size_t numbers = size_t(model_.vocabulary) * model_.hidden;
    auto& words = model_.words;
    if (model_.precision == Precision::kBFloat16) {
      file_.numbers(words.halves, numbers);
      return;
    }
    file_.integer(words.bits, 0, 8);
    file_.integer(words.block, 0, kMaxWidth);
    if (words.block == 0) {
      file_.numbers(words.scale, model_.vocabulary);
      file_.numbers(words.quantized, numbers);
      return;
    }
    if (words.bits != 4 && words.bits != 8) {
      PackedReader::refuse();
    }
    const size_t blocks = size_t(model_.vocabulary) * ((model_.hidden + words.block - 1) / words.block);
    file_.numbers(words.steps, blocks);
    file_.optional_numbers(words.zeros, blocks);
    file_.numbers(words.codes, numbers * words.bits / 8);
  }

  File& file_;
  AnyModel& model_;
  const Kernels& kernels_;
};

}  // namespace octavec
