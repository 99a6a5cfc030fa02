/**
 * What a model is made of, as the caller describes it: a list of words, in the order of the structs below.
 *
 * Floats are words with the same bits. A tensor is named by its index, -1 where there is none. Counts stand before what
 * they count.
 */
#pragma once
#include <string>
#include <vector>
#include "../kernels/kernels.h"
#include "tensor.h"

namespace octavec {

constexpr int32_t kMagic = 0x4f435456;
constexpr int32_t kFormat = 4;

/** Larger than any encoder, small enough that no product of two overflows 63 bits. */
constexpr int32_t kMaxWidth = 1 << 15;
constexpr int32_t kMaxHeads = 1024, kMaxHeadWidth = 1024;
constexpr int32_t kMaxLayers = 512, kMaxDenseLayers = 8;
/** Different rotations of a model: encoders have up to two. */
constexpr size_t kMaxRotations = 4;
/** So that 255 · 127 times as many keys fits 31 bits. */
constexpr int32_t kMaxTokens = 1 << 16;
constexpr int32_t kMaxVocabulary = 1 << 24;

enum class Precision : int32_t { kInt8 = 0, kFloat32 = 1, kBFloat16 = 2 };

enum class Pooling : int32_t { kCls = 0, kLastToken = 1, kMax = 2, kMean = 3, kMeanSqrtLength = 4, kWeightedMean = 5 };
constexpr int32_t kMaxPoolings = 6;

/** gamma [width], beta [width] or none, epsilon, and whether it is an RMSNorm. No gamma: no norm at all. */
struct NormDescription {
  const Tensor* gamma;
  const Tensor* beta;
  float epsilon;
  bool rms;
};

/**
 * A matrix as a file holds it. Floats stand alone. S8 have a scale for each word or column. U4 and U8 are in blocks
 * along their rows, each of which has a scale, [rows × blocks], and a zero point, packed as the codes are: without
 * `zeros` that is the middle.
 */
struct StoredMatrix {
  const Tensor* values;
  const Tensor* scale;
  const Tensor* zeros;
  /** Codes of a block; 0 where there are none. */
  int32_t block;

  bool in_blocks() const { return block > 0; }
  int32_t zero_of(int64_t row, int64_t index) const {
    return zeros == nullptr ? (values->type == OCTAVEC_U4 ? 8 : 128) : code_at(*zeros, row, index);
  }
};

/**
 * y = (x * factor) W + b. The weights are columns `first_column` and on of a tensor [inputs × all columns], or its rows
 * if it is transposed; blocks are transposed always.
 */
struct LinearDescription {
  StoredMatrix weights;
  bool transposed;
  int32_t first_column;
  const Tensor* bias;
  int32_t first_bias;
  const Tensor* factor;
  int32_t inputs;
  int32_t columns;
};

struct LayerDescription {
  NormDescription attention_norm;
  LinearDescription query, key, value;
  /** Of queries and keys before they are turned: of each head, or of all heads of a token together. */
  NormDescription query_norm, key_norm;
  LinearDescription out;
  /** Of what the attention gives, before it is added; only in pre-norm models. Likewise for the FFN. */
  NormDescription attention_out_norm;
  NormDescription ffn_norm;
  /** `gate` holds weights only in gated models: y = activation(up) * gate. */
  LinearDescription up, gate, down;
  NormDescription ffn_out_norm;
  /** [head width / 2] radians that a step in position turns a pair of dimensions by; none without rotary positions. */
  const Tensor* rotation;
  /** Tokens to either side that are seen; 0 for all. */
  int32_t window;
  /** Tokens behind are not seen. */
  bool causal;
};

struct DenseDescription {
  int32_t inputs, outputs;
  /** [outputs × inputs] */
  const Tensor* weights;
  const Tensor* bias;
  bool tanh;
};

struct ModelDescription {
  Precision precision;
  int32_t hidden, heads;
  /** Heads of keys and values, each of which the same number of queries' heads share, one after the other. */
  int32_t key_value_heads;
  int32_t head_width, ffn, max_tokens;
  Activation activation;
  bool gated;
  /** Norms stand before attention and FFN, not behind the additions. */
  bool pre_norm;
  /** Scores are query · key times this. */
  float score_scale;
  /** [vocabulary × hidden] */
  StoredMatrix words;
  /** What words are multiplied by. */
  float word_factor;
  /** Tokens that do not count for the positions of others and have one of their own: RoBERTa's padding; -1 for none. */
  int32_t uncounted_word;
  /** [max_tokens × hidden], and a row for uncounted words where there are such. */
  const Tensor* positions;
  /** [hidden], added to every token. */
  const Tensor* token_type;
  /** [heads × (2 max_tokens - 1)]: added to the score of key j for query i at [head, j - i + max_tokens - 1]. */
  const Tensor* relative_bias;
  NormDescription embedding_norm;
  NormDescription final_norm;
  std::vector<LayerDescription> layers;
  std::vector<Pooling> pooling;
  std::vector<DenseDescription> dense;
  bool normalize;

  int32_t inner() const { return heads * head_width; }
  int32_t key_value_inner() const { return key_value_heads * head_width; }
  int32_t vocabulary() const { return static_cast<int32_t>(words.values->rows); }
};

/** Whether the kernels can take such widths. Throws std::invalid_argument. */
void check_widths(int32_t hidden, int32_t heads, int32_t key_value_heads, int32_t head_width, int32_t ffn);

/** Each mode may be named once. Throws std::invalid_argument. */
void check_poolings(const std::vector<Pooling>&);

/** Reads and checks a description. The pointers in it lead into `tensors`. Throws std::invalid_argument. */
ModelDescription read_description(const int32_t* words, size_t count, const Tensor* tensors, size_t tensor_count);

}  // namespace octavec
