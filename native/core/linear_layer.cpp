#include "linear_layer.h"
#include <algorithm>
#include <cmath>
#include <stdexcept>

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

}  // namespace

Matrix read_matrix(const LinearDescription& linear) {
  Matrix matrix{linear.inputs, linear.columns, {}, std::vector<float>(linear.columns)};
  matrix.values.resize(static_cast<size_t>(linear.inputs) * linear.columns);
  for_weights(linear, [&](int32_t k, int32_t n, float weight) { matrix.row(k)[n] = weight; });
  if (linear.scale != nullptr) {
    const std::vector<float> scale = elements(*linear.scale, linear.first_column, linear.columns);
    for (int32_t k = 0; k < linear.inputs; k++) {
      std::transform(scale.begin(), scale.end(), matrix.row(k), matrix.row(k), std::multiplies<float>());
    }
  }
  if (linear.bias != nullptr) {
    matrix.bias = elements(*linear.bias, linear.first_bias, linear.columns);
  }
  check_finite(matrix.values, "a weight tensor");
  check_finite(matrix.bias, "a bias");
  return matrix;
}

Matrix join(const std::vector<const Matrix*>& matrices) {
  Matrix all{matrices.front()->inputs, 0, {}, {}};
  for (const Matrix* matrix : matrices) {
    all.columns += matrix->columns;
    all.bias.insert(all.bias.end(), matrix->bias.begin(), matrix->bias.end());
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
  Matrix all{a.inputs, a.columns * 2, {}, std::vector<float>(a.bias.size() * 2)};
  all.values.resize(a.values.size() * 2);
  for (int32_t panel = 0; panel < a.columns; panel += kPanel) {
    for (int32_t k = 0; k < a.inputs; k++) {
      std::copy_n(a.row(k) + panel, kPanel, all.row(k) + 2 * panel);
      std::copy_n(b.row(k) + panel, kPanel, all.row(k) + 2 * panel + kPanel);
    }
    std::copy_n(a.bias.data() + panel, kPanel, all.bias.data() + 2 * panel);
    std::copy_n(b.bias.data() + panel, kPanel, all.bias.data() + 2 * panel + kPanel);
  }
  return all;
}

LinearLayer keep_floats(Matrix matrix) {
  LinearLayer layer;
  layer.inputs = matrix.inputs;
  layer.columns = matrix.columns;
  layer.bias = std::move(matrix.bias);
  layer.floats = std::move(matrix.values);
  return layer;
}

LinearLayer quantize_and_pack(const Matrix& matrix, int limit) {
  LinearLayer layer;
  layer.inputs = matrix.inputs;
  layer.columns = matrix.columns;
  layer.bias = matrix.bias;
  layer.groups = Buffer<int8_t>(matrix.values.size());
  layer.scale.assign(matrix.columns, 0.0f);
  layer.sum.assign(matrix.columns, 0.0f);
  std::vector<float> inverse(matrix.columns);
  for (int32_t k = 0; k < matrix.inputs; k++) {
    for (int32_t n = 0; n < matrix.columns; n++) {
      layer.scale[n] = std::max(layer.scale[n], std::fabs(matrix.row(k)[n]));
    }
  }
  for (int32_t n = 0; n < matrix.columns; n++) {
    layer.scale[n] = layer.scale[n] > 1e-30f ? layer.scale[n] / static_cast<float>(limit) : 0.0f;
    inverse[n] = layer.scale[n] > 0 ? 1.0f / layer.scale[n] : 0.0f;
  }
  std::vector<int32_t> sums(matrix.columns);
  for (int32_t k = 0; k < matrix.inputs; k++) {
    for (int32_t n = 0; n < matrix.columns; n++) {
      const float rounded = std::nearbyint(matrix.row(k)[n] * inverse[n]);
      const int32_t q = static_cast<int32_t>(std::min(std::max(rounded, -float(limit)), float(limit)));
      sums[n] += q;
      layer.groups.data()[static_cast<size_t>(n / 16) * 16 * matrix.inputs + k / 4 * 64 + n % 16 * 4 + k % 4] =
          static_cast<int8_t>(q);
    }
  }
  for (int32_t n = 0; n < matrix.columns; n++) {
    layer.sum[n] = layer.scale[n] * static_cast<float>(sums[n]);
  }
  return layer;
}

}  // namespace octavec
