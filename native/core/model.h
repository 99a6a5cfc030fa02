/** A model that is ready to run: weights packed for the instruction set in use, or floats for the reference path. */
#pragma once
#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>
#include "../kernels/kernels.h"
#include "description.h"
#include "linear_layer.h"
#include "mapped_file.h"
#include "numbers.h"

namespace octavec {

/** Numbers behind each head's relative biases: kernels read whole vectors past the last key. */
constexpr int32_t kRelativePadding = 64;

struct NormWeights {
  /** Empty: no norm. */
  Numbers<float> gamma, beta;
  float epsilon = 0;

  bool present() const { return !gamma.empty(); }
  Norm view() const { return {gamma.data(), beta.data(), epsilon}; }
};

struct Layer {
  NormWeights attention_norm, ffn_norm;
  /** Queries, keys and values side by side. */
  LinearLayer qkv, out;
  /** In gated models panels of both halves in turn on the INT8 path, both halves side by side on the reference path. */
  LinearLayer up, down;
  /** What the inputs of the layers are multiplied with before they are quantized; empty: nothing. */
  Numbers<float> qkv_factor, out_factor, up_factor, down_factor;
  Numbers<float> rotation;
  int32_t window = 0;
};

struct DenseLayer {
  int32_t inputs = 0, outputs = 0;
  Numbers<float> weights, bias;
  bool tanh = false;
};

struct WordTable {
  /** [vocabulary × hidden] and [vocabulary] on the INT8 path. */
  Numbers<int8_t> quantized;
  Numbers<float> scale;
  /** [vocabulary × hidden] with BF16. */
  Numbers<uint16_t> halves;
  /** [vocabulary × hidden] on the reference path. */
  Numbers<float> floats;
};

struct Model {
  /** Where the numbers stand, unless they are the model's own. */
  std::shared_ptr<const MappedFile> file;
  Precision precision;
  int32_t hidden, heads, head_width, ffn, max_tokens, vocabulary;
  Activation activation;
  bool gated, pre_norm;
  float score_scale;
  WordTable words;
  /** See ModelDescription. */
  int32_t uncounted_word;
  /**
   * [max_tokens × hidden] positions with the token type added, and a row for uncounted words; or [hidden] the token
   * type alone, or empty.
   */
  Numbers<float> positions, token_type;
  /** [heads × (2 max_tokens - 1 + padding)] */
  Numbers<float> relative_bias;
  NormWeights embedding_norm, final_norm;
  std::vector<Layer> layers;
  std::vector<Pooling> pooling;
  std::vector<DenseLayer> dense;
  bool normalize;

  int32_t inner() const { return heads * head_width; }

  /** Row of `positions` for token `t` of a text. */
  int32_t position(const int32_t* ids, int32_t t) const {
    if (uncounted_word < 0) {
      return t;
    }
    return ids[t] == uncounted_word ? max_tokens : t - static_cast<int32_t>(std::count(ids, ids + t, uncounted_word));
  }

  /** Biases of a head's scores by distance from the query, which may be negative; null if the model has none. */
  const float* relative_bias_of(int32_t head) const {
    const size_t row = 2 * size_t(max_tokens) - 1 + kRelativePadding;
    return relative_bias.empty() ? nullptr : relative_bias.data() + head * row + max_tokens - 1;
  }
  /** Whether the vector needs the first or last token's hidden state only. */
  bool pools_single_tokens() const;
  int32_t pooled_width() const { return static_cast<int32_t>(pooling.size()) * hidden; }
  int32_t width() const { return dense.empty() ? pooled_width() : dense.back().outputs; }
  size_t bytes() const;
};

/** Throws std::invalid_argument, std::bad_alloc. */
Model build_model(const ModelDescription&, const Kernels&);

}  // namespace octavec
