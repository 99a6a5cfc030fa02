/** Descriptions of small models with random weights, for tests. */
#pragma once
#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <vector>
#include "../core/description.h"

namespace octavec {

struct RandomModelOptions {
  int32_t precision = 0, hidden = 64, heads = 4, head_width = 16, ffn = 128, layers = 2, max_tokens = 600,
          vocabulary = 300, activation = 0;
  bool gated = false, pre_norm = false, rotation = false, relative_bias = false;
  /** 0: as many as heads. */
  int32_t key_value_heads = 0;
  bool rms = false, causal = false, out_norms = false;
  /** Norms of queries and keys: of each head, or of all of them. */
  bool head_norms = false, whole_norms = false;
  float word_factor = 1;
  std::vector<int32_t> dense = {};
  /** Weights and words of four bits, in blocks of so many; values of eight bits among them, as in octavec's own files.
   */
  int32_t block = 0;
  bool zeros = false;
  int32_t window = 0;
  /** Query projections of nothing but zeros, as pruned heads have them. */
  bool zero_queries = false;
  int32_t uncounted_word = -1;
  std::vector<int32_t> pooling = {3};
};

/** The words and tensors of a description, and the memory behind them. */
class RandomModel {
 public:
  explicit RandomModel(const RandomModelOptions& o) : o_(o) {
    const int32_t key_value_heads = o.key_value_heads == 0 ? o.heads : o.key_value_heads;
    const int32_t inner = o.heads * o.head_width, key_value_inner = key_value_heads * o.head_width;
    words = {kMagic,       kFormat, o.precision,  o.hidden,     o.heads, key_value_heads,
             o.head_width, o.ffn,   o.max_tokens, o.activation, o.gated, o.pre_norm};
    number(0.25f);
    o.block > 0 ? blocks(o.vocabulary, o.hidden, 1.0f) : floats(o.vocabulary, o.hidden, 1.0f);
    number(o.word_factor);
    words.push_back(o.uncounted_word);
    tensor(o.max_tokens + (o.uncounted_word < 0 ? 0 : 1), o.hidden, 0.3f);
    tensor(1, o.hidden, 0.1f);
    o.relative_bias ? tensor(o.heads, 2 * o.max_tokens - 1, 1.0f) : none();
    norm(o.hidden, true);
    norm(o.hidden, o.pre_norm);
    words.push_back(o.layers);
    for (int32_t i = 0; i < o.layers; i++) {
      norm(o.hidden, true);
      for (int32_t role = 0; role < 3; role++) {
        linear(o.hidden, role == 0 ? inner : key_value_inner, role == 1, role == 0 && o.zero_queries ? 0.0f : 1.0f,
               role == 2);
      }
      norm(o.whole_norms ? inner : o.head_width, o.head_norms || o.whole_norms);
      norm(o.whole_norms ? key_value_inner : o.head_width, o.head_norms || o.whole_norms);
      linear(inner, o.hidden, false);
      norm(o.hidden, o.out_norms);
      norm(o.hidden, true);
      linear(o.hidden, o.ffn, true);
      if (o.gated) {
        linear(o.hidden, o.ffn, false);
      }
      linear(o.ffn, o.hidden, false);
      norm(o.hidden, o.out_norms);
      o.rotation ? tensor(1, o.head_width / 2, 0.5f) : none();
      // As models have it that look far only in some layers.
      words.push_back(i % 2 == 0 ? o.window : 0);
      words.push_back(o.causal);
    }
    words.push_back(static_cast<int32_t>(o.pooling.size()));
    words.insert(words.end(), o.pooling.begin(), o.pooling.end());
    words.push_back(static_cast<int32_t>(o.dense.size()));
    for (size_t i = 0; i < o.dense.size(); i++) {
      const int32_t inputs = i == 0 ? o.hidden * static_cast<int32_t>(o.pooling.size()) : o.dense[i - 1];
      words.push_back(o.dense[i]);
      tensor(o.dense[i], inputs, 1 / std::sqrt(static_cast<float>(inputs)));
      i == 0 ? none() : tensor(1, o.dense[i], 0.1f);
      words.push_back(i > 0);
    }
    words.push_back(1);
  }

  std::vector<int32_t> words;
  std::vector<Tensor> tensors;

  ModelDescription description() const {
    return read_description(words.data(), words.size(), tensors.data(), tensors.size());
  }

 private:
  /** About normally distributed: the sum of twelve even ones. */
  float random() {
    float sum = -6;
    for (int i = 0; i < 12; i++) {
      state_ = state_ * 6364136223846793005u + 1442695040888963407u;
      sum += static_cast<float>(state_ >> 40) / 16777216.0f;
    }
    return sum;
  }
  void number(float value) {
    int32_t bits;
    std::memcpy(&bits, &value, 4);
    words.push_back(bits);
  }
  void none() { words.push_back(-1); }
  void tensor(int64_t rows, int64_t columns, float spread, float mean = 0) {
    auto values = std::make_unique<std::vector<float>>(rows * columns);
    for (float& value : *values) {
      value = mean + spread * random();
    }
    words.push_back(static_cast<int32_t>(tensors.size()));
    tensors.push_back({OCTAVEC_F32, rows, columns, values->data(), values->size() * 4});
    memory_.push_back(std::move(values));
  }
  void norm(int32_t width, bool present) {
    present ? tensor(1, width, 0.2f, 1.0f) : none();
    present && !o_.rms ? tensor(1, width, 0.2f) : none();
    number(present ? 1e-6f : 0);
    words.push_back(present && o_.rms);
  }
  /** A matrix of floats. */
  void floats(int64_t rows, int64_t columns, float spread) {
    tensor(rows, columns, spread);
    none();
    none();
    words.push_back(0);
  }
  /** A matrix of four bits: random codes, and steps of about the same size. */
  void blocks(int64_t rows, int64_t columns, float spread) {
    const int64_t count = (columns + o_.block - 1) / o_.block;
    codes(rows, columns);
    tensor(rows, count, 0.02f * spread, 0.2f * spread);
    o_.zeros ? codes(rows, count) : none();
    words.push_back(o_.block);
  }
  void codes(int64_t rows, int64_t columns) {
    const int64_t bytes = rows * ((columns + 1) / 2);
    auto values = std::make_unique<std::vector<float>>(bytes / 4 + 1);
    auto* place = reinterpret_cast<uint8_t*>(values->data());
    for (int64_t i = 0; i < bytes; i++) {
      const auto code = [this] { return std::min(std::max(static_cast<int32_t>(8.5f + 3 * random()), 0), 15); };
      place[i] = static_cast<uint8_t>(code() | code() << 4);
    }
    words.push_back(static_cast<int32_t>(tensors.size()));
    tensors.push_back({OCTAVEC_U4, rows, columns, values->data(), static_cast<size_t>(bytes)});
    memory_.push_back(std::move(values));
  }
  /** @param wide weights that have eight bits where others have four */
  void linear(int32_t inputs, int32_t columns, bool transposed, float size = 1.0f, bool wide = false) {
    const float spread = size / std::sqrt(static_cast<float>(inputs));
    const bool narrow = o_.block > 0 && !wide;
    if (narrow) {
      blocks(columns, inputs, spread);
    } else {
      transposed ? floats(columns, inputs, spread) : floats(inputs, columns, spread);
    }
    words.push_back(narrow || transposed);
    words.push_back(0);
    tensor(1, columns, 0.1f * size);
    words.push_back(0);
    none();
  }

  RandomModelOptions o_;
  uint64_t state_ = 42;
  std::vector<std::unique_ptr<std::vector<float>>> memory_;
};

/** Whether the kernels multiply what the model holds: the C interface chooses kernels by the precision. */
inline bool fits(const ModelDescription& description, const Kernels& kernels) {
  return (description.precision == Precision::kBFloat16) == (kernels.number_bytes == 2);
}

}  // namespace octavec
