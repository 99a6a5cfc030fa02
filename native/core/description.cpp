#include "description.h"
#include <algorithm>
#include <cmath>
#include <cstring>
#include <stdexcept>

namespace octavec {
namespace {

[[noreturn]] void refuse(const std::string& why) { throw std::invalid_argument(why); }

size_t element_bytes(int32_t type) {
  switch (type) {
    case OCTAVEC_F32:
      return 4;
    case OCTAVEC_F16:
      return 2;
    case OCTAVEC_S8:
    case OCTAVEC_U8:
      return 1;
  }
  refuse("a tensor of unknown type " + std::to_string(type));
}

size_t row_bytes(const Tensor& tensor) {
  const auto columns = static_cast<size_t>(tensor.columns);
  return tensor.type == OCTAVEC_U4 ? (columns + 1) / 2 : columns * element_bytes(tensor.type);
}

void check_tensor(const Tensor& tensor) {
  constexpr int64_t most = int64_t{1} << 31;
  if (tensor.rows < 1 || tensor.columns < 1 || tensor.rows > most || tensor.columns > most || tensor.data == nullptr ||
      tensor.rows > (int64_t{1} << 40) / tensor.columns ||
      tensor.bytes != static_cast<size_t>(tensor.rows) * row_bytes(tensor)) {
    refuse("a tensor whose size and shape do not agree");
  }
}

class Reader {
 public:
  Reader(const int32_t* words, size_t count, const Tensor* tensors, size_t tensor_count)
      : words_(words), left_(count), tensors_(tensors), tensor_count_(tensor_count) {}

  int32_t word() {
    if (left_ == 0) {
      refuse("the description ends early");
    }
    left_--;
    return *words_++;
  }

  int32_t between(const char* what, int32_t low, int32_t high) {
    const int32_t value = word();
    if (value < low || value > high) {
      refuse(std::string(what) + " is " + std::to_string(value) + ", not " + std::to_string(low) + " to " +
             std::to_string(high));
    }
    return value;
  }

  bool flag(const char* what) { return between(what, 0, 1) != 0; }

  float number(const char* what) {
    const int32_t bits = word();
    float value;
    std::memcpy(&value, &bits, 4);
    if (!std::isfinite(value)) {
      refuse(std::string(what) + " is not a finite number");
    }
    return value;
  }

  const Tensor* optional_tensor(const char* what) {
    const int32_t index = word();
    if (index == -1) {
      return nullptr;
    }
    if (index < 0 || static_cast<size_t>(index) >= tensor_count_) {
      refuse(std::string(what) + " is tensor " + std::to_string(index) + " of " + std::to_string(tensor_count_));
    }
    return tensors_ + index;
  }

  const Tensor* tensor(const char* what) {
    const Tensor* found = optional_tensor(what);
    if (found == nullptr) {
      refuse(std::string(what) + " is missing");
    }
    return found;
  }

  /** A tensor of floats, [rows × columns] if it is there. */
  const Tensor* floats(const char* what, int64_t rows, int64_t columns, bool required) {
    const Tensor* found = required ? tensor(what) : optional_tensor(what);
    if (found != nullptr && (found->rows != rows || found->columns != columns || !is_float(*found))) {
      refuse(std::string(what) + " has the wrong shape or type");
    }
    return found;
  }

  void expect_end() const {
    if (left_ != 0) {
      refuse("the description is too long");
    }
  }

 private:
  const int32_t* words_;
  size_t left_;
  const Tensor* tensors_;
  size_t tensor_count_;
};

/** @param other another width that it may have */
NormDescription read_norm(Reader& reader, int32_t width, int32_t other = 0) {
  NormDescription norm;
  norm.gamma = reader.optional_tensor("a norm's gamma");
  norm.beta = reader.optional_tensor("a norm's beta");
  for (const Tensor* part : {norm.gamma, norm.beta}) {
    if (part != nullptr && (part->rows != 1 || !is_float(*part) || (part->columns != width && part->columns != other) ||
                            norm.gamma == nullptr || part->columns != norm.gamma->columns)) {
      refuse("a norm has the wrong shape or type");
    }
  }
  norm.epsilon = reader.number("a norm's epsilon");
  if (norm.epsilon < 0) {
    refuse("a norm's epsilon is negative");
  }
  norm.rms = reader.flag("RMSNorm");
  return norm;
}

/** Its shape is not checked yet. */
StoredMatrix read_matrix(Reader& reader, const char* what) {
  StoredMatrix matrix{};
  matrix.values = reader.tensor(what);
  matrix.scale = reader.optional_tensor("a scale");
  matrix.zeros = reader.optional_tensor("a zero point");
  matrix.block = reader.between("the size of a block", 0, kMaxWidth);
  const int32_t type = matrix.values->type;
  if ((type == OCTAVEC_U4 || type == OCTAVEC_U8) != matrix.in_blocks() ||
      (matrix.scale == nullptr) != is_float(*matrix.values) || (matrix.scale != nullptr && !is_float(*matrix.scale)) ||
      (matrix.zeros != nullptr && (!matrix.in_blocks() || matrix.zeros->type != type))) {
    refuse(std::string(what) + " has scales that do not go with its numbers");
  }
  return matrix;
}

/** Checks blocks [rows × columns]; rows may be longer, up to whole blocks. */
void check_blocks(const StoredMatrix& matrix, int64_t columns, const char* what) {
  const int64_t rows = matrix.values->rows, blocks = (columns + matrix.block - 1) / matrix.block;
  if (matrix.block % 8 != 0 || matrix.values->columns < columns || matrix.scale->rows != rows ||
      matrix.scale->columns != blocks ||
      (matrix.zeros != nullptr && (matrix.zeros->rows != rows || matrix.zeros->columns < blocks))) {
    refuse(std::string(what) + " has blocks of the wrong shape");
  }
}

LinearDescription read_linear(Reader& reader, const char* what, int32_t inputs, int32_t columns) {
  LinearDescription linear{};
  linear.inputs = inputs;
  linear.columns = columns;
  linear.weights = read_matrix(reader, what);
  linear.transposed = reader.flag("transposed");
  const Tensor& values = *linear.weights.values;
  const int64_t stored = linear.transposed ? values.columns : values.rows;
  const int64_t depth = linear.weights.in_blocks() ? std::min<int64_t>(stored, inputs) : stored;
  const int64_t all = linear.transposed ? values.rows : values.columns;
  linear.first_column = reader.between("a first column", 0, kMaxWidth * 16);
  if (depth != inputs || linear.first_column + static_cast<int64_t>(columns) > all) {
    refuse(std::string(what) + " has the wrong shape");
  }
  linear.bias = reader.optional_tensor("a bias");
  linear.first_bias = reader.between("a first bias", 0, kMaxWidth * 16);
  if (linear.bias != nullptr && (linear.bias->rows != 1 || !is_float(*linear.bias) ||
                                 linear.first_bias + static_cast<int64_t>(columns) > linear.bias->columns)) {
    refuse(std::string(what) + " has a bias of the wrong shape or type");
  }
  if (linear.weights.in_blocks()) {
    if (!linear.transposed) {
      refuse(std::string(what) + " has blocks along its outputs");
    }
    check_blocks(linear.weights, inputs, what);
  } else if (linear.weights.scale != nullptr &&
             (linear.weights.scale->rows != 1 || linear.weights.scale->columns != all)) {
    refuse(std::string(what) + " has scales of the wrong shape");
  }
  linear.factor = reader.floats("a factor", 1, inputs, false);
  return linear;
}

LayerDescription read_layer(Reader& reader, const ModelDescription& model) {
  LayerDescription layer{};
  const int32_t inner = model.inner(), key_value_inner = model.key_value_inner();
  layer.attention_norm = read_norm(reader, model.hidden);
  layer.query = read_linear(reader, "the query projection", model.hidden, inner);
  layer.key = read_linear(reader, "the key projection", model.hidden, key_value_inner);
  layer.value = read_linear(reader, "the value projection", model.hidden, key_value_inner);
  layer.query_norm = read_norm(reader, model.head_width, inner);
  layer.key_norm = read_norm(reader, model.head_width, key_value_inner);
  layer.out = read_linear(reader, "the attention's output projection", inner, model.hidden);
  layer.attention_out_norm = read_norm(reader, model.hidden);
  layer.ffn_norm = read_norm(reader, model.hidden);
  layer.up = read_linear(reader, "the FFN's first layer", model.hidden, model.ffn);
  if (model.gated) {
    layer.gate = read_linear(reader, "the FFN's gate", model.hidden, model.ffn);
  }
  layer.down = read_linear(reader, "the FFN's last layer", model.ffn, model.hidden);
  layer.ffn_out_norm = read_norm(reader, model.hidden);
  layer.rotation = reader.floats("the rotation", 1, model.head_width / 2, false);
  layer.window = reader.between("the window", 0, kMaxTokens);
  layer.causal = reader.flag("causal");
  if (layer.key.factor != layer.query.factor || layer.value.factor != layer.query.factor ||
      (model.gated && layer.gate.factor != layer.up.factor)) {
    refuse("projections of the same input with different factors");
  }
  if (!model.pre_norm && (layer.attention_norm.gamma == nullptr || layer.ffn_norm.gamma == nullptr)) {
    refuse("a layer without its norms");
  }
  if (!model.pre_norm && (layer.attention_out_norm.gamma != nullptr || layer.ffn_out_norm.gamma != nullptr)) {
    refuse("norms before and behind an addition");
  }
  return layer;
}

void read_head(Reader& reader, ModelDescription& model) {
  const int32_t modes = reader.between("the number of pooling modes", 1, kMaxPoolings);
  for (int32_t i = 0; i < modes; i++) {
    model.pooling.push_back(static_cast<Pooling>(reader.between("a pooling mode", 0, kMaxPoolings - 1)));
  }
  check_poolings(model.pooling);
  int32_t width = modes * model.hidden;
  const int32_t layers = reader.between("the number of dense layers", 0, kMaxDenseLayers);
  for (int32_t i = 0; i < layers; i++) {
    DenseDescription dense{};
    dense.inputs = width;
    dense.outputs = width = reader.between("a dense layer's width", 1, kMaxWidth);
    dense.weights = reader.floats("a dense layer's weights", dense.outputs, dense.inputs, true);
    dense.bias = reader.floats("a dense layer's bias", 1, dense.outputs, false);
    dense.tanh = reader.flag("tanh");
    model.dense.push_back(dense);
  }
  model.normalize = reader.flag("normalize");
}

void check_panels(const char* what, int32_t width) {
  if (width % kPanel != 0) {
    refuse(std::string(what) + " is " + std::to_string(width) + ", not a multiple of " + std::to_string(kPanel));
  }
}

}  // namespace

void check_widths(int32_t hidden, int32_t heads, int32_t key_value_heads, int32_t head_width, int32_t ffn) {
  check_panels("the hidden width", hidden);
  check_panels("the FFN's width", ffn);
  const int32_t inner = heads * head_width;
  if (head_width % 16 != 0 || inner % kPanel != 0 || inner > kMaxWidth) {
    refuse("heads of width " + std::to_string(head_width) + " × " + std::to_string(heads));
  }
  if (heads % key_value_heads != 0) {
    refuse(std::to_string(heads) + " heads that share " + std::to_string(key_value_heads) + " of keys and values");
  }
}

void check_poolings(const std::vector<Pooling>& modes) {
  for (auto mode = modes.begin(); mode != modes.end(); ++mode) {
    if (std::find(modes.begin(), mode, *mode) != mode) {
      refuse("a pooling mode is named twice");
    }
  }
}

ModelDescription read_description(const int32_t* words, size_t count, const Tensor* tensors, size_t tensor_count) {
  for (size_t i = 0; i < tensor_count; i++) {
    check_tensor(tensors[i]);
  }
  Reader reader(words, count, tensors, tensor_count);
  if (reader.word() != kMagic || reader.word() != kFormat) {
    refuse("not a description of this format");
  }
  ModelDescription model{};
  model.precision = static_cast<Precision>(reader.between("the precision", 0, 2));
  model.hidden = reader.between("the hidden width", kPanel, kMaxWidth);
  model.heads = reader.between("the number of heads", 1, kMaxHeads);
  model.key_value_heads = reader.between("the number of keys' heads", 1, model.heads);
  model.head_width = reader.between("the width of a head", 16, kMaxHeadWidth);
  model.ffn = reader.between("the FFN's width", kPanel, kMaxWidth);
  check_widths(model.hidden, model.heads, model.key_value_heads, model.head_width, model.ffn);
  model.max_tokens = reader.between("the longest text", 1, kMaxTokens);
  model.activation = static_cast<Activation>(reader.between("the activation", 0, 3));
  model.gated = reader.flag("gated");
  model.pre_norm = reader.flag("pre-norm");
  model.score_scale = reader.number("the scores' scale");
  if (model.score_scale < 0) {
    refuse("the scores' scale is negative");
  }
  model.words = read_matrix(reader, "the word table");
  if (model.words.values->columns < model.hidden || model.words.values->rows > kMaxVocabulary ||
      (model.words.values->columns != model.hidden && !model.words.in_blocks())) {
    refuse("the word table has the wrong shape");
  }
  if (model.words.in_blocks()) {
    check_blocks(model.words, model.hidden, "the word table");
  } else if (model.words.scale != nullptr &&
             (model.words.scale->rows != 1 || model.words.scale->columns != model.vocabulary())) {
    refuse("the word table has scales of the wrong shape");
  }
  model.word_factor = reader.number("the words' factor");
  model.uncounted_word = reader.between("the uncounted word", -1, model.vocabulary() - 1);
  model.positions =
      reader.floats("the position table", model.max_tokens + (model.uncounted_word < 0 ? 0 : 1), model.hidden, false);
  model.token_type = reader.floats("the token type", 1, model.hidden, false);
  model.relative_bias =
      reader.floats("the relative bias", model.heads, 2 * static_cast<int64_t>(model.max_tokens) - 1, false);
  model.embedding_norm = read_norm(reader, model.hidden);
  model.final_norm = read_norm(reader, model.hidden);
  const int32_t layers = reader.between("the number of layers", 1, kMaxLayers);
  for (int32_t i = 0; i < layers; i++) {
    model.layers.push_back(read_layer(reader, model));
  }
  read_head(reader, model);
  reader.expect_end();
  return model;
}

}  // namespace octavec
