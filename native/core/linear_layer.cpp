#include "linear_layer.h"
#include <algorithm>
#include <cmath>
#include <cstring>
#include <stdexcept>
#include "bf16.h"
#include "narrow_weights.h"
#include "weight_codes.h"

namespace octavec {
namespace {

constexpr int32_t kBlock = 64;

/** Calls visit(input, column, weight) for all weights, in blocks that keep both sides of a transposition in cache. */
template <class Visit>
void for_weights(const LinearDescription& linear, Visit visit) {
  const Tensor& tensor = *linear.weights.values;
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

/** Weights in blocks, which stand as [columns × inputs]. */
void read_blocks(const LinearDescription& linear, Matrix& matrix) {
  const StoredMatrix& stored = linear.weights;
  const int32_t blocks = (linear.inputs + stored.block - 1) / stored.block;
  if (stored.values->type == OCTAVEC_U4) {
    matrix.narrow = linear.columns;
    matrix.block = stored.block;
    matrix.steps.resize(static_cast<size_t>(blocks) * linear.columns);
    matrix.zeros.resize(matrix.steps.size());
  }
  for (int32_t n = 0; n < linear.columns; n++) {
    const int64_t row = static_cast<int64_t>(linear.first_column) + n;
    for (int32_t block = 0; block < blocks; block++) {
      const float step = element(*stored.scale, row * blocks + block);
      const int32_t zero = stored.zero_of(row, block), end = std::min(linear.inputs, (block + 1) * stored.block);
      for (int32_t k = block * stored.block; k < end; k++) {
        matrix.row(k)[n] = step * static_cast<float>(code_at(*stored.values, row, k) - zero);
      }
      if (matrix.narrow > 0) {
        matrix.steps[static_cast<size_t>(block) * linear.columns + n] = step;
        matrix.zeros[static_cast<size_t>(block) * linear.columns + n] = static_cast<float>(zero);
      }
    }
  }
}

/** Columns `first` to before `first + count` of rows of `width` numbers, to other rows, from column `to` on. */
void copy_columns(const std::vector<float>& from, int32_t width, int32_t first, int32_t count, std::vector<float>& rows,
                  int32_t row_width, int32_t to) {
  for (size_t row = 0; row * width < from.size(); row++) {
    std::copy_n(from.data() + row * width + first, count, rows.data() + row * row_width + to);
  }
}

/** Of weights that stand beside others: some of a layer's projections may be S8 in the file, and others floats. */
std::vector<float> scales_of(const Matrix& matrix) {
  return matrix.scale.empty() ? largest_code_scales(matrix) : matrix.scale;
}

}  // namespace

Matrix read_matrix(const LinearDescription& linear) {
  Matrix matrix{};
  matrix.inputs = linear.inputs;
  matrix.columns = linear.columns;
  matrix.bias.resize(linear.columns);
  matrix.values.resize(static_cast<size_t>(linear.inputs) * linear.columns);
  if (linear.weights.in_blocks()) {
    read_blocks(linear, matrix);
  } else {
    for_weights(linear, [&](int32_t k, int32_t n, float weight) { matrix.row(k)[n] = weight; });
  }
  if (linear.weights.values->type == OCTAVEC_S8) {
    matrix.scale = elements(*linear.weights.scale, linear.first_column, linear.columns);
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
  Matrix all{};
  all.inputs = matrices.front()->inputs;
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
  for (const Matrix* matrix : matrices) {
    // Blocks of one kind, from the first column on.
    if (matrix->narrow != matrix->columns || (all.narrow > 0 && matrix->block != all.block)) {
      break;
    }
    all.narrow += matrix->columns;
    all.block = matrix->block;
  }
  all.steps.resize(all.narrow == 0 ? 0 : matrices.front()->steps.size() / matrices.front()->columns * all.narrow);
  all.zeros.resize(all.steps.size());
  for (int32_t to = 0, i = 0; to < all.narrow; to += matrices[i++]->columns) {
    const Matrix& matrix = *matrices[i];
    copy_columns(matrix.steps, matrix.columns, 0, matrix.columns, all.steps, all.narrow, to);
    copy_columns(matrix.zeros, matrix.columns, 0, matrix.columns, all.zeros, all.narrow, to);
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
  Matrix all{};
  all.inputs = a.inputs;
  all.columns = a.columns * 2;
  all.bias.resize(a.bias.size() * 2);
  all.scale.resize(a.scale.empty() && b.scale.empty() ? 0 : a.columns * 2);
  if (a.narrow == a.columns && b.narrow == b.columns && a.block == b.block) {
    all.narrow = all.columns;
    all.block = a.block;
    all.steps.resize(a.steps.size() * 2);
    all.zeros.resize(a.zeros.size() * 2);
    for (size_t row = 0; row * a.columns < a.steps.size(); row++) {
      const size_t from = row * a.columns, to = row * all.columns;
      interleave(a.steps.data() + from, b.steps.data() + from, all.steps.data() + to);
      interleave(a.zeros.data() + from, b.zeros.data() + from, all.zeros.data() + to);
    }
  }
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

namespace {

/** Rounds the weights of columns from `first` on, and packs them. */
void pack_wide(const Matrix& matrix, const std::vector<float>& power, bool short_sums, int32_t first,
               LinearLayer& layer, std::vector<int32_t>& sums) {
  Buffer<int8_t> groups(static_cast<size_t>(matrix.inputs) * (matrix.columns - first));
  for (int32_t k = 0; k < matrix.inputs; k += kCodeBlock) {
    for (int32_t n = first; n < matrix.columns; n++) {
      float weights[kCodeBlock];
      int8_t codes[kCodeBlock];
      for (int32_t i = 0; i < kCodeBlock; i++) {
        weights[i] = matrix.row(k + i)[n];
      }
      round_weights(weights, layer.scale[n], power.empty() ? nullptr : power.data() + k, short_sums, codes);
      const int32_t column = n - first;
      int8_t* place =
          groups.data() + static_cast<size_t>(column / 16) * 16 * matrix.inputs + k / 4 * 64 + column % 16 * 4;
      for (int32_t i = 0; i < kCodeBlock; i++) {
        sums[n] += codes[i];
        place[i / 4 * 64 + i % 4] = codes[i];
      }
    }
  }
  layer.groups = std::move(groups);
}

}  // namespace

LinearLayer quantize_and_pack(const Matrix& matrix, const std::vector<float>& power, bool short_sums) {
  LinearLayer layer;
  layer.inputs = matrix.inputs;
  layer.columns = matrix.columns;
  layer.bias = matrix.bias;
  layer.narrow = short_sums ? 0 : matrix.narrow / kPanel * kPanel;
  std::vector<float> scale = choose_scales(matrix, power, short_sums);
  std::vector<int32_t> sums(matrix.columns);
  if (layer.narrow > 0) {
    layer.block = matrix.block;
    layer.narrow_blocks = pack_narrow(matrix, layer.narrow, scale, sums);
  }
  layer.scale = scale;
  pack_wide(matrix, power, short_sums, layer.narrow, layer, sums);
  std::vector<float> scaled_sums(matrix.columns);
  for (int32_t n = 0; n < matrix.columns; n++) {
    scaled_sums[n] = layer.scale[n] * static_cast<float>(sums[n]);
  }
  layer.sum = scaled_sums;
  return layer;
}

}  // namespace octavec
