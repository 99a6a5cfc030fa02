#include "model.h"
#include "bf16.h"
#include "smoothing.h"
#include <algorithm>
#include <cmath>
#include <cstring>
#include <stdexcept>

namespace octavec {
namespace {

std::vector<float> finite(std::vector<float> values) {
  for (const float value : values) {
    if (!std::isfinite(value)) {
      throw std::invalid_argument("a tensor holds a number that is not finite");
    }
  }
  return values;
}

std::vector<float> read_all(const Tensor* tensor) {
  return tensor == nullptr ? std::vector<float>() : finite(elements(*tensor, 0, tensor->rows * tensor->columns));
}

NormWeights read_norm(const NormDescription& norm) {
  NormWeights weights;
  if (norm.gamma != nullptr) {
    weights.gamma = read_all(norm.gamma);
    weights.beta = norm.beta != nullptr ? read_all(norm.beta) : std::vector<float>(weights.gamma.size());
    weights.epsilon = norm.epsilon;
    weights.rms = norm.rms;
  }
  return weights;
}

/** A word's row as floats. */
std::vector<float> read_word(const ModelDescription& description, int64_t word) {
  const StoredMatrix& stored = description.words;
  std::vector<float> row(description.hidden);
  if (stored.in_blocks()) {
    for (int32_t i = 0; i < description.hidden; i++) {
      const int32_t block = i / stored.block;
      row[i] = element(*stored.scale, word * stored.scale->columns + block) *
               static_cast<float>(code_at(*stored.values, word, i) - stored.zero_of(word, block));
    }
  } else {
    row = elements(*stored.values, word * description.hidden, description.hidden);
    for (float& value : row) {
      value *= stored.scale == nullptr ? 1.0f : element(*stored.scale, word);
    }
  }
  for (float& value : row) {
    value *= description.word_factor;
  }
  return finite(std::move(row));
}

std::vector<float> scaled(std::vector<float> values, float factor) {
  for (float& value : values) {
    value *= factor;
  }
  return finite(std::move(values));
}

/** Words in blocks as the file has them. */
WordTable keep_blocks(const ModelDescription& description) {
  const StoredMatrix& stored = description.words;
  WordTable table;
  table.bits = stored.values->type == OCTAVEC_U4 ? 4 : 8;
  table.block = stored.block;
  const int64_t words = stored.values->rows, blocks = stored.scale->columns;
  const size_t row = size_t(description.hidden) * table.bits / 8, stored_row = stored.values->bytes / words;
  Buffer<uint8_t> codes(words * row);
  for (int64_t word = 0; word < words; word++) {
    std::memcpy(codes.data() + word * row, static_cast<const uint8_t*>(stored.values->data) + word * stored_row, row);
  }
  table.codes = std::move(codes);
  table.steps = scaled(read_all(stored.scale), description.word_factor);
  if (stored.zeros != nullptr) {
    Buffer<uint8_t> zeros(words * blocks);
    for (int64_t i = 0; i < words * blocks; i++) {
      zeros.data()[i] = static_cast<uint8_t>(code_at(*stored.zeros, i / blocks, i % blocks));
    }
    table.zeros = std::move(zeros);
  }
  return table;
}

/** Words as S8 with a scale for each, which costs a ten-thousandth of cosine and saves three quarters of the table. */
WordTable read_words(const ModelDescription& description) {
  const Tensor& tensor = *description.words.values;
  const size_t width = description.hidden;
  WordTable table;
  if (description.precision == Precision::kFloat32) {
    Buffer<float> floats(tensor.rows * width);
    for (int64_t word = 0; word < tensor.rows; word++) {
      const std::vector<float> row = read_word(description, word);
      std::copy(row.begin(), row.end(), floats.data() + word * width);
    }
    table.floats = std::move(floats);
    return table;
  }
  if (description.precision == Precision::kBFloat16) {
    Buffer<uint16_t> halves(tensor.rows * width);
    for (int64_t word = 0; word < tensor.rows; word++) {
      const std::vector<float> row = read_word(description, word);
      std::transform(row.begin(), row.end(), halves.data() + word * width, to_bf16);
    }
    table.halves = std::move(halves);
    return table;
  }
  if (description.words.in_blocks()) {
    return keep_blocks(description);
  }
  Buffer<int8_t> quantized(tensor.rows * width);
  if (tensor.type == OCTAVEC_S8) {
    std::memcpy(quantized.data(), tensor.data, tensor.rows * width);
    table.quantized = std::move(quantized);
    table.scale = scaled(read_all(description.words.scale), description.word_factor);
    return table;
  }
  Buffer<float> scale(tensor.rows);
  for (int64_t word = 0; word < tensor.rows; word++) {
    const std::vector<float> row = read_word(description, word);
    float most = 0;
    for (const float value : row) {
      most = std::max(most, std::fabs(value));
    }
    scale.data()[word] = most / 127.0f;
    const float inverse = most > 1e-30f ? 127.0f / most : 0.0f;
    for (size_t i = 0; i < width; i++) {
      quantized.data()[word * width + i] = static_cast<int8_t>(std::nearbyint(row[i] * inverse));
    }
  }
  table.quantized = std::move(quantized);
  table.scale = std::move(scale);
  return table;
}

void read_positions(const ModelDescription& description, Model& model) {
  const std::vector<float> token_type = read_all(description.token_type);
  if (description.positions == nullptr) {
    model.token_type = token_type;
    return;
  }
  const size_t width = description.hidden;
  std::vector<float> positions = read_all(description.positions);
  if (!token_type.empty()) {
    for (size_t i = 0; i < positions.size(); i++) {
      positions[i] += token_type[i % width];
    }
  }
  model.positions = positions;
}

std::vector<float> read_relative_bias(const ModelDescription& description) {
  if (description.relative_bias == nullptr) {
    return {};
  }
  // The fast paths keep their scores in units of log2.
  const float unit = description.precision == Precision::kFloat32 ? 1.0f : 1.44269504f;
  const std::vector<float> all = read_all(description.relative_bias);
  const size_t columns = description.relative_bias->columns, row = columns + kRelativePadding;
  std::vector<float> padded(description.heads * row);
  for (size_t i = 0; i < all.size(); i++) {
    padded[i / columns * row + i % columns] = all[i] * unit;
  }
  return padded;
}

/**
 * A linear layer for the model's precision. On the INT8 path, weights that were not quantized before are smoothed if a
 * norm stands before them.
 *
 * @param factor of the inputs, as the description has it; set if the layer is smoothed
 */
LinearLayer finish(Matrix matrix, const ModelDescription& model, const LinearDescription& description,
                   const NormWeights* norm, bool short_sums, Numbers<float>& factor) {
  factor = read_all(description.factor);
  if (model.precision == Precision::kFloat32) {
    return keep_floats(matrix);
  }
  if (model.precision == Precision::kBFloat16) {
    return pack_bf16(matrix);
  }
  if (norm != nullptr && norm->present() && factor.empty() && matrix.scale.empty() && matrix.narrow == 0) {
    factor = smooth(*norm, matrix);
  }
  const bool behind_norm = norm != nullptr && norm->present();
  return quantize_and_pack(matrix, behind_norm ? expected_power(*norm, factor) : std::vector<float>(), short_sums);
}

/** The place of a layer's rotation among those of the model, to which it is added if it is not there. */
int32_t find_rotation(const ModelDescription& description, const Tensor* steps, std::vector<Rotation>& rotations) {
  if (steps == nullptr) {
    return -1;
  }
  const std::vector<float> sought = read_all(steps);
  for (size_t i = 0; i < rotations.size(); i++) {
    if (std::equal(sought.begin(), sought.end(), rotations[i].steps.begin())) {
      return static_cast<int32_t>(i);
    }
  }
  if (rotations.size() == kMaxRotations) {
    throw std::invalid_argument("too many different rotations");
  }
  const size_t half = sought.size();
  Buffer<float> turns(description.max_tokens * 2 * half);
  for (int32_t place = 0; place < description.max_tokens; place++) {
    float* row = turns.data() + place * 2 * half;
    for (size_t i = 0; i < half; i++) {
      // As the models have it: the angle in single precision.
      const float angle = static_cast<float>(place) * sought[i];
      row[i] = std::cos(angle);
      row[half + i] = std::sin(angle);
    }
  }
  rotations.push_back({sought, std::move(turns)});
  return static_cast<int32_t>(rotations.size()) - 1;
}

/** @param input the norm that the layer's input comes from, in post-norm models */
Layer read_layer(const ModelDescription& model, const LayerDescription& description, const NormWeights& input,
                 bool short_sums) {
  const bool floats = model.precision == Precision::kFloat32;
  Layer layer;
  layer.attention_norm = read_norm(description.attention_norm);
  layer.query_norm = read_norm(description.query_norm);
  layer.key_norm = read_norm(description.key_norm);
  layer.attention_out_norm = read_norm(description.attention_out_norm);
  layer.ffn_norm = read_norm(description.ffn_norm);
  layer.ffn_out_norm = read_norm(description.ffn_out_norm);
  const NormWeights& before_attention = model.pre_norm && layer.attention_norm.present() ? layer.attention_norm : input;
  const NormWeights& before_ffn = model.pre_norm ? layer.ffn_norm : layer.attention_norm;
  const Matrix query = read_matrix(description.query), key = read_matrix(description.key),
               value = read_matrix(description.value);
  Matrix qkv = join({&query, &key, &value});
  pad_columns(qkv, kPanel);
  layer.qkv = finish(std::move(qkv), model, description.query, &before_attention, short_sums, layer.qkv_factor);
  layer.out = finish(read_matrix(description.out), model, description.out, nullptr, short_sums, layer.out_factor);
  Matrix up = read_matrix(description.up);
  if (model.gated) {
    const Matrix gate = read_matrix(description.gate);
    up = floats ? join({&up, &gate}) : interleave_panels(up, gate);
  }
  layer.up = finish(std::move(up), model, description.up, &before_ffn, short_sums, layer.up_factor);
  layer.down = finish(read_matrix(description.down), model, description.down, nullptr, short_sums, layer.down_factor);
  layer.window = description.window;
  layer.causal = description.causal;
  return layer;
}

DenseLayer read_dense(const DenseDescription& description) {
  return {description.inputs, description.outputs, read_all(description.weights), read_all(description.bias),
          description.tanh};
}

}  // namespace

Model build_model(const ModelDescription& description, const Kernels& kernels) {
  Model model{};
  model.precision = description.precision;
  model.hidden = description.hidden;
  model.heads = description.heads;
  model.key_value_heads = description.key_value_heads;
  model.head_width = description.head_width;
  model.ffn = description.ffn;
  model.max_tokens = description.max_tokens;
  model.vocabulary = description.vocabulary();
  model.activation = description.activation;
  model.gated = description.gated;
  model.pre_norm = description.pre_norm;
  model.score_scale = description.score_scale;
  model.uncounted_word = description.uncounted_word;
  model.words = read_words(description);
  read_positions(description, model);
  model.relative_bias = read_relative_bias(description);
  model.embedding_norm = read_norm(description.embedding_norm);
  model.final_norm = read_norm(description.final_norm);
  for (const LayerDescription& layer : description.layers) {
    const NormWeights none;
    const NormWeights& input = model.layers.empty() ? model.embedding_norm
                               : model.pre_norm     ? none
                                                    : model.layers.back().ffn_norm;
    model.layers.push_back(read_layer(description, layer, input, kernels.short_sums));
    model.layers.back().rotation = find_rotation(description, layer.rotation, model.rotations);
  }
  model.pooling = description.pooling;
  for (const DenseDescription& dense : description.dense) {
    model.dense.push_back(read_dense(dense));
  }
  model.normalize = description.normalize;
  return model;
}

size_t Model::bytes() const {
  size_t total = words.quantized.bytes() + words.halves.bytes() + words.scale.bytes() + words.floats.bytes() +
                 words.codes.bytes() + words.steps.bytes() + words.zeros.bytes() + positions.bytes() +
                 relative_bias.bytes();
  for (const Rotation& rotation : rotations) {
    total += rotation.turns.bytes();
  }
  for (const Layer& layer : layers) {
    total += layer.qkv.bytes() + layer.out.bytes() + layer.up.bytes() + layer.down.bytes();
  }
  return total;
}

bool Model::pools_single_tokens() const {
  return std::all_of(pooling.begin(), pooling.end(),
                     [](Pooling mode) { return mode == Pooling::kCls || mode == Pooling::kLastToken; });
}

}  // namespace octavec
