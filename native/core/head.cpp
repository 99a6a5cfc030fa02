#include "head.h"
#include <algorithm>
#include <cmath>
#include <vector>

namespace octavec {
namespace {

void maximum(const float* hidden, int32_t tokens, int32_t width, int32_t skip, float* out) {
  // What sentence-transformers puts in place of masked tokens; it stays if nothing is to be pooled.
  std::fill_n(out, width, -1e9f);
  for (int32_t t = skip; t < tokens; t++) {
    for (int32_t i = 0; i < width; i++) {
      out[i] = std::max(out[i], hidden[size_t(t) * width + i]);
    }
  }
}

void weighted_sum(Pooling mode, const float* hidden, int32_t tokens, int32_t width, int32_t skip, float* out) {
  std::vector<double> sums(width);
  double total = 0;
  for (int32_t t = skip; t < tokens; t++) {
    // Weighted mean: by position, from 1 (Muennighoff 2022, arXiv:2202.08904).
    const double weight = mode == Pooling::kWeightedMean ? t + 1 : 1;
    for (int32_t i = 0; i < width; i++) {
      sums[i] += weight * hidden[size_t(t) * width + i];
    }
    total += weight;
  }
  const double divisor = std::max(mode == Pooling::kMeanSqrtLength ? std::sqrt(total) : total, 1e-9);
  for (int32_t i = 0; i < width; i++) {
    out[i] = static_cast<float>(sums[i] / divisor);
  }
}

void pool(const Model& model, const float* hidden, int32_t tokens, int32_t skip, float* out) {
  const int32_t width = model.hidden;
  for (const Pooling mode : model.pooling) {
    switch (mode) {
      case Pooling::kCls:
        std::copy_n(hidden, width, out);
        break;
      case Pooling::kLastToken:
        std::copy_n(hidden + size_t(tokens - 1) * width, width, out);
        break;
      case Pooling::kMax:
        maximum(hidden, tokens, width, skip, out);
        break;
      default:
        weighted_sum(mode, hidden, tokens, width, skip, out);
    }
    out += width;
  }
}

std::vector<float> apply_dense(const DenseLayer& layer, const Kernels& kernels, const std::vector<float>& input) {
  std::vector<float> output(layer.outputs);
  const float* bias = layer.bias.empty() ? nullptr : layer.bias.data();
  kernels.multiply_floats(layer.weights.data(), bias, input.data(), layer.inputs, layer.outputs, output.data());
  if (layer.tanh) {
    std::transform(output.begin(), output.end(), output.begin(), [](float x) { return std::tanh(x); });
  }
  return output;
}

/** To length 1; a vector without length stays as it is (as torch's normalize with eps 1e-12). */
void normalize(float* vector, int32_t width) {
  double squares = 0;
  for (int32_t i = 0; i < width; i++) {
    squares += double(vector[i]) * vector[i];
  }
  const double scale = 1 / std::max(std::sqrt(squares), 1e-12);
  for (int32_t i = 0; i < width; i++) {
    vector[i] = static_cast<float>(vector[i] * scale);
  }
}

}  // namespace

void apply_head(const Model& model, const Kernels& kernels, const float* hidden, int32_t tokens, int32_t skip,
                float* out) {
  if (model.dense.empty()) {
    pool(model, hidden, tokens, skip, out);
  } else {
    std::vector<float> vector(model.pooled_width());
    pool(model, hidden, tokens, skip, vector.data());
    for (const DenseLayer& layer : model.dense) {
      vector = apply_dense(layer, kernels, vector);
    }
    std::copy(vector.begin(), vector.end(), out);
  }
  if (model.normalize) {
    normalize(out, model.width());
  }
}

}  // namespace octavec
