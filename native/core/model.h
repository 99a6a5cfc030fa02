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
  bool rms = false;

  bool present() const { return !gamma.empty(); }
  int32_t width() const { return static_cast<int32_t>(gamma.size()); }
  Norm view() const { return {gamma.data(), beta.data(), epsilon, rms}; }
};

/** Rotary positions; layers that turn alike share them. */
struct Rotation {
  /** [head width / 2] radians a step. */
  Numbers<float> steps;
  /** [max_tokens × head width] cosines, then sines, of each place. */
  Numbers<float> turns;
};

struct Layer {
  /** See LayerDescription. */
  NormWeights attention_norm, query_norm, key_norm, attention_out_norm, ffn_norm, ffn_out_norm;
  /** Queries, keys and values side by side, and columns of zeros up to a multiple of kPanel. */
  LinearLayer qkv, out;
  /** In gated models panels of both halves in turn on the INT8 path, both halves side by side on the reference path. */
  LinearLayer up, down;
  /** What the inputs of the layers are multiplied with before they are quantized; empty: nothing. */
  Numbers<float> qkv_factor, out_factor, up_factor, down_factor;
  /** Of the model's rotations, -1 for none. */
  int32_t rotation = -1;
  int32_t window = 0;
  bool causal = false;

  /** How many tokens before and behind a token are seen. */
  int32_t before() const { return window == 0 ? kMaxTokens : window; }
  int32_t after() const { return causal ? 0 : before(); }
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
  /** Instead of them, codes of 4 or 8 bits in blocks as a file had them: [vocabulary × hidden × bits / 8]. */
  Numbers<uint8_t> codes;
  int32_t bits = 0, block = 0;
  /** [vocabulary × blocks]: a number is step * (code - zero); no zeros: the middle. */
  Numbers<float> steps;
  Numbers<uint8_t> zeros;
  /** [vocabulary × hidden] with BF16. */
  Numbers<uint16_t> halves;
  /** [vocabulary × hidden] on the reference path. */
  Numbers<float> floats;
};

struct Model {
  /** Where the numbers stand, unless they are the model's own. */
  std::shared_ptr<const MappedFile> file;
  Precision precision;
  int32_t hidden, heads, key_value_heads, head_width, ffn, max_tokens, vocabulary;
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
  std::vector<Rotation> rotations;
  std::vector<Layer> layers;
  std::vector<Pooling> pooling;
  std::vector<DenseLayer> dense;
  bool normalize;

  int32_t inner() const { return heads * head_width; }
  int32_t key_value_inner() const { return key_value_heads * head_width; }
  /** The head of keys and values that a head of queries reads. */
  int32_t key_value_head(int32_t head) const { return head / (heads / key_value_heads); }
  /** Columns of a layer's queries, keys and values. */
  int32_t qkv_width() const { return (inner() + 2 * key_value_inner() + kPanel - 1) / kPanel * kPanel; }

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
  /** Whether some weights have four bits. */
  bool has_narrow_layers() const {
    return std::any_of(layers.begin(), layers.end(), [](const Layer& layer) {
      return layer.qkv.narrow + layer.out.narrow + layer.up.narrow + layer.down.narrow > 0;
    });
  }
};

/** Throws std::invalid_argument, std::bad_alloc. */
Model build_model(const ModelDescription&, const Kernels&);

}  // namespace octavec
