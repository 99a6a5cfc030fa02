#include "linear_layer.h"
#include <algorithm>
#include <cmath>
#include <cstring>
#include <stdexcept>
#include "bf16.h"
#include "weight_codes.h"

namespace octavec {
namespace {

constexpr int32_t kBlock = 64;

/** Calls visit(input, column, weight) for all weights, in blocks that keep both sides of a transposition in cache. */
template <class Visit>
void for_weights(const LinearDescription& linear, Visit visit) {
  const Tensor& tensor = *linear.weights;
  const size_t stride = static_cast<size_t>(tensor.columns);
  for (int32_t k0 = 0; k0 < linear.inputs; k0 += kBlock) {
    const int32_t k1 = std::min(k0 + kBlock, linear.inputs);
    for (int32_t n = 0; n < linear.columns; n++) {
      const size_t column = static_cast<size_t>(linear.first_column) + n;
      for (int32_t k = k0; k < k1; k++) {
        visit(k, n, element(tensor, linear.transposed ? column * stride + k : k * stride + column));
      }
    }
  }
}

void check_finite(const std::vector<float>& values, const char* what) {
  for (const float value : values) {
    if (!std::isfinite(value)) {
      throw std::invalid_argument(std::string(what) + " holds a number that is not finite");
    }
  }
}

/** Of weights that stand beside others: some of a layer's projections may be S8 in the file, and others floats. */
std::vector<float> scales_of(const Matrix& matrix) {
  return matrix.scale.empty() ? largest_code_scales(matrix) : matrix.scale;
}

}  // namespace

Matrix read_matrix(const LinearDescription& linear) {
  Matrix matrix{linear.inputs, linear.columns, {}, std::vector<float>(linear.columns), {}};
  matrix.values.resize(static_cast<size_t>(linear.inputs) * linear.columns);
  for_weights(linear, [&](int32_t k, int32_t n, float weight) { matrix.row(k)[n] = weight; });
  if (linear.scale != nullptr) {
    matrix.scale = elements(*linear.scale, linear.first_column, linear.columns);
    for (int32_t k = 0; k < linear.inputs; k++) {
      std::transform(matrix.scale.begin(), matrix.scale.end(), matrix.row(k), matrix.row(k), std::multiplies<float>());
    }
  }
  if (linear.bias != nullptr) {
    matrix.bias = elements(*linear.bias, linear.first_bias, linear.columns);
  }
  check_finite(matrix.values, "a weight tensor");
  check_finite(matrix.bias, "a bias");
  return matrix;
}

void pad_columns(Matrix& matrix, int32_t step) {
  const int32_t columns = (matrix.columns + step - 1) / step * step;
  if (columns == matrix.columns) {
    return;
  }
  std::vector<float> values(static_cast<size_t>(matrix.inputs) * columns);
  for (int32_t k = 0; k < matrix.inputs; k++) {
    std::copy_n(matrix.row(k), matrix.columns, values.data() + static_cast<size_t>(k) * columns);
  }
  matrix.values = std::move(values);
  matrix.columns = columns;
  matrix.bias.resize(columns);
  if (!matrix.scale.empty()) {
    matrix.scale.resize(columns);
  }
}

Matrix join(const std::vector<const Matrix*>& matrices) {
  Matrix all{matrices.front()->inputs, 0, {}, {}, {}};
  const bool scaled =
      std::any_of(matrices.begin(), matrices.end(), [](const Matrix* matrix) { return !matrix->scale.empty(); });
  for (const Matrix* matrix : matrices) {
    all.columns += matrix->columns;
    all.bias.insert(all.bias.end(), matrix->bias.begin(), matrix->bias.end());
    if (scaled) {
      const std::vector<float> scale = scales_of(*matrix);
      all.scale.insert(all.scale.end(), scale.begin(), scale.end());
    }
  }
  all.values.reserve(static_cast<size_t>(all.inputs) * all.columns);
  for (int32_t k = 0; k < all.inputs; k++) {
    for (const Matrix* matrix : matrices) {
      all.values.insert(all.values.end(), matrix->row(k), matrix->row(k) + matrix->columns);
    }
  }
  return all;
}

Matrix interleave_panels(const Matrix& a, const Matrix& b) {
  const auto interleave = [&](const float* from_a, const float* from_b, float* to) {
    for (int32_t panel = 0; panel < a.columns; panel += kPanel) {
      std::copy_n(from_a + panel, kPanel, to + 2 * panel);
      std::copy_n(from_b + panel, kPanel, to + 2 * panel + kPanel);
    }
  };
  Matrix all{a.inputs,
             a.columns * 2,
             {},
             std::vector<float>(a.bias.size() * 2),
             std::vector<float>(a.scale.empty() && b.scale.empty() ? 0 : a.columns * 2)};
  all.values.resize(a.values.size() * 2);
  for (int32_t k = 0; k < a.inputs; k++) {
    interleave(a.row(k), b.row(k), all.row(k));
  }
  interleave(a.bias.data(), b.bias.data(), all.bias.data());
  if (!all.scale.empty()) {
    interleave(scales_of(a).data(), scales_of(b).data(), all.scale.data());
  }
  return all;
}

LinearLayer keep_floats(const Matrix& matrix) {
  LinearLayer layer;
  layer.inputs = matrix.inputs;
  layer.columns = matrix.columns;
  layer.bias = matrix.bias;
  layer.floats = matrix.values;
  return layer;
}

LinearLayer pack_bf16(const Matrix& matrix) {
  LinearLayer layer;
  layer.inputs = matrix.inputs;
  layer.columns = matrix.columns;
  layer.bias = matrix.bias;
  layer.scale = std::vector<float>(matrix.columns, 1.0f);
  layer.sum = std::vector<float>(matrix.columns);
  Buffer<int8_t> groups(matrix.values.size() * sizeof(uint16_t));
  for (int32_t k = 0; k < matrix.inputs; k++) {
    for (int32_t n = 0; n < matrix.columns; n++) {
      const uint16_t half = to_bf16(matrix.row(k)[n]);
      // [columns / 16][inputs / 2][16][2]
      const size_t place = static_cast<size_t>(n / 16) * 16 * matrix.inputs + k / 2 * 32 + n % 16 * 2 + k % 2;
      std::memcpy(groups.data() + place * sizeof half, &half, sizeof half);
    }
  }
  layer.groups = std::move(groups);
  return layer;
}

LinearLayer quantize_and_pack(const Matrix& matrix, const std::vector<float>& power, bool short_sums) {
  LinearLayer layer;
  layer.inputs = matrix.inputs;
  layer.columns = matrix.columns;
  layer.bias = matrix.bias;
  Buffer<int8_t> groups(matrix.values.size());
  layer.scale = choose_scales(matrix, power, short_sums);
  std::vector<int32_t> sums(matrix.columns);
  for (int32_t k = 0; k < matrix.inputs; k += kCodeBlock) {
    for (int32_t n = 0; n < matrix.columns; n++) {
      float weights[kCodeBlock];
      int8_t codes[kCodeBlock];
      for (int32_t i = 0; i < kCodeBlock; i++) {
        weights[i] = matrix.row(k + i)[n];
      }
      round_weights(weights, layer.scale[n], power.empty() ? nullptr : power.data() + k, short_sums, codes);
      int8_t* place = groups.data() + static_cast<size_t>(n / 16) * 16 * matrix.inputs + k / 4 * 64 + n % 16 * 4;
      for (int32_t i = 0; i < kCodeBlock; i++) {
        sums[n] += codes[i];
        place[i / 4 * 64 + i % 4] = codes[i];
      }
    }
  }
  layer.groups = std::move(groups);
  std::vector<float> scaled_sums(matrix.columns);
  for (int32_t n = 0; n < matrix.columns; n++) {
    scaled_sums[n] = layer.scale[n] * static_cast<float>(sums[n]);
  }
  layer.sum = scaled_sums;
  return layer;
}

}  // namespace octavec
