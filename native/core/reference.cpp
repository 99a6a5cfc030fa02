#include "reference.h"
#include <algorithm>
#include <cmath>
#include <vector>

namespace octavec {
namespace {

/** [rows × width] */
struct Rows {
  int32_t count, width;
  std::vector<float> values;

  Rows(int32_t count_, int32_t width_) : count(count_), width(width_), values(size_t(count_) * width_) {}
  float* operator[](int32_t row) { return values.data() + size_t(row) * width; }
  const float* operator[](int32_t row) const { return values.data() + size_t(row) * width; }
};

/** The norm of the numbers from `row` on, as many as it is wide. */
void normalize(const NormWeights& norm, float* row) {
  const int32_t width = norm.width();
  double mean = 0, squares = 0;
  for (int32_t i = 0; i < width && !norm.rms; i++) {
    mean += row[i];
  }
  mean /= width;
  for (int32_t i = 0; i < width; i++) {
    squares += (row[i] - mean) * (row[i] - mean);
  }
  const double inverse = 1 / std::sqrt(squares / width + norm.epsilon);
  for (int32_t i = 0; i < width; i++) {
    row[i] = static_cast<float>((row[i] - mean) * inverse * norm.gamma[i] + norm.beta[i]);
  }
}

/** Columns `first` to before `end` of all rows, part by part. */
void normalize(const NormWeights& norm, Rows& rows, int32_t first, int32_t end) {
  for (int32_t r = 0; r < rows.count && norm.present(); r++) {
    for (int32_t column = first; column < end; column += norm.width()) {
      normalize(norm, rows[r] + column);
    }
  }
}

void normalize(const NormWeights& norm, Rows& rows) { normalize(norm, rows, 0, rows.width); }

Rows apply(const LinearLayer& layer, const Numbers<float>& factor, const Rows& input) {
  Rows output(input.count, layer.columns);
  std::vector<double> sums(layer.columns);
  for (int32_t r = 0; r < input.count; r++) {
    std::copy(layer.bias.begin(), layer.bias.end(), sums.begin());
    for (int32_t k = 0; k < layer.inputs; k++) {
      const double x = factor.empty() ? input[r][k] : double(input[r][k]) * factor[k];
      const float* weights = layer.floats.data() + size_t(k) * layer.columns;
      for (int32_t n = 0; n < layer.columns; n++) {
        sums[n] += x * weights[n];
      }
    }
    std::copy(sums.begin(), sums.end(), output[r]);
  }
  return output;
}

void add(const Rows& more, Rows& rows) {
  std::transform(rows.values.begin(), rows.values.end(), more.values.begin(), rows.values.begin(), std::plus<float>());
}

double activate(Activation activation, double x) {
  switch (activation) {
    case Activation::kGelu:
      return 0.5 * x * (1 + std::erf(x * 0.70710678118654752));
    case Activation::kGeluTanh:
      return 0.5 * x * (1 + std::tanh(0.79788456080286536 * (x + 0.044715 * x * x * x)));
    case Activation::kRelu:
      return std::max(x, 0.0);
    case Activation::kSilu:
      return x / (1 + std::exp(-x));
  }
  return x;
}

Rows embed(const Model& model, const int32_t* ids, int32_t tokens) {
  Rows rows(tokens, model.hidden);
  for (int32_t t = 0; t < tokens; t++) {
    for (int32_t i = 0; i < model.hidden; i++) {
      float x = model.words.floats[size_t(ids[t]) * model.hidden + i];
      if (!model.positions.empty()) {
        x += model.positions[size_t(model.position(ids, t)) * model.hidden + i];
      } else if (!model.token_type.empty()) {
        x += model.token_type[i];
      }
      rows[t][i] = x;
    }
  }
  normalize(model.embedding_norm, rows);
  return rows;
}

void rotate(const Model& model, const Numbers<float>& rotation, Rows& qkv) {
  const int32_t half = model.head_width / 2;
  for (int32_t t = 0; t < qkv.count; t++) {
    for (int32_t head = 0; head < model.heads + model.key_value_heads; head++) {
      float* x = qkv[t] + head * model.head_width;
      for (int32_t i = 0; i < half; i++) {
        // As the models have it: the angle in single precision.
        const double angle = static_cast<float>(t) * rotation[i];
        const double a = x[i], b = x[i + half];
        x[i] = static_cast<float>(a * std::cos(angle) - b * std::sin(angle));
        x[i + half] = static_cast<float>(b * std::cos(angle) + a * std::sin(angle));
      }
    }
  }
}

/** Weights of all keys for one query and head: a softmax of the scores, 0 for keys out of sight. */
std::vector<double> attention_weights(const Model& model, const Layer& layer, const Rows& qkv, int32_t head,
                                      int32_t query) {
  std::vector<double> weights(qkv.count);
  const float* q = qkv[query] + head * model.head_width;
  const float* bias = model.relative_bias_of(head);
  double most = -INFINITY, total = 0;
  for (int32_t j = 0; j < qkv.count; j++) {
    const float* k = qkv[j] + model.inner() + model.key_value_head(head) * model.head_width;
    double score = 0;
    for (int32_t i = 0; i < model.head_width; i++) {
      score += double(q[i]) * k[i];
    }
    score = score * model.score_scale + (bias != nullptr ? bias[j - query] : 0);
    const bool seen = query - j <= layer.before() && j - query <= layer.after();
    weights[j] = seen ? score : -INFINITY;
    most = std::max(most, weights[j]);
  }
  for (double& weight : weights) {
    weight = std::exp(weight - most);
    total += weight;
  }
  for (double& weight : weights) {
    weight /= total;
  }
  return weights;
}

Rows attend(const Model& model, const Layer& layer, const Rows& qkv) {
  Rows out(qkv.count, model.inner());
  for (int32_t query = 0; query < qkv.count; query++) {
    for (int32_t head = 0; head < model.heads; head++) {
      const std::vector<double> weights = attention_weights(model, layer, qkv, head, query);
      const int32_t values = model.inner() + model.key_value_inner() + model.key_value_head(head) * model.head_width;
      for (int32_t i = 0; i < model.head_width; i++) {
        double sum = 0;
        for (int32_t j = 0; j < qkv.count; j++) {
          sum += weights[j] * qkv[j][values + i];
        }
        out[query][head * model.head_width + i] = static_cast<float>(sum);
      }
    }
  }
  return out;
}

/** Activation of the first ffn columns, times the others in gated models. */
Rows activate(const Model& model, const Rows& up) {
  Rows out(up.count, model.ffn);
  for (int32_t r = 0; r < up.count; r++) {
    for (int32_t i = 0; i < model.ffn; i++) {
      const double y = activate(model.activation, up[r][i]);
      out[r][i] = static_cast<float>(model.gated ? y * up[r][model.ffn + i] : y);
    }
  }
  return out;
}

}  // namespace

void reference_forward(const Model& model, const int32_t* ids, int32_t tokens, float* out) {
  Rows hidden = embed(model, ids, tokens);
  for (const Layer& layer : model.layers) {
    Rows input = hidden;
    if (model.pre_norm) {
      normalize(layer.attention_norm, input);
    }
    Rows qkv = apply(layer.qkv, layer.qkv_factor, input);
    normalize(layer.query_norm, qkv, 0, model.inner());
    normalize(layer.key_norm, qkv, model.inner(), model.inner() + model.key_value_inner());
    if (layer.rotation >= 0) {
      rotate(model, model.rotations[layer.rotation].steps, qkv);
    }
    Rows attended = apply(layer.out, layer.out_factor, attend(model, layer, qkv));
    normalize(layer.attention_out_norm, attended);
    add(attended, hidden);
    if (!model.pre_norm) {
      normalize(layer.attention_norm, hidden);
    }
    input = hidden;
    if (model.pre_norm) {
      normalize(layer.ffn_norm, input);
    }
    Rows down = apply(layer.down, layer.down_factor, activate(model, apply(layer.up, layer.up_factor, input)));
    normalize(layer.ffn_out_norm, down);
    add(down, hidden);
    if (!model.pre_norm) {
      normalize(layer.ffn_norm, hidden);
    }
  }
  normalize(model.final_norm, hidden);
  std::copy(hidden.values.begin(), hidden.values.end(), out);
}

}  // namespace octavec
