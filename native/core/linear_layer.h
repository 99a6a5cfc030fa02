/** The weights of a linear layer in memory: packed and quantized, or as floats for the reference path. */
#pragma once
#include <vector>
#include "../kernels/kernels.h"
#include "description.h"
#include "numbers.h"

namespace octavec {

/** Weights [inputs × columns] as floats, and what is known of them. */
struct Matrix {
  int32_t inputs, columns;
  std::vector<float> values;
  std::vector<float> bias;
  /** [columns] of weights that were S8 in the file: they are whole multiples of it. Else empty. */
  std::vector<float> scale;

  float* row(int32_t input) { return values.data() + static_cast<size_t>(input) * columns; }
  const float* row(int32_t input) const { return values.data() + static_cast<size_t>(input) * columns; }
};

/** Reads weights as floats; S8 are multiplied with their scales. Throws std::invalid_argument if one is not finite. */
Matrix read_matrix(const LinearDescription&);

/** Adds columns of zeros, up to a multiple of `step` columns. */
void pad_columns(Matrix&, int32_t step);

/** [a | b]: the columns of several matrices side by side. */
Matrix join(const std::vector<const Matrix*>& matrices);

/** Panels of 64 columns in turn: a, b, a, b. */
Matrix interleave_panels(const Matrix& a, const Matrix& b);

struct LinearLayer {
  int32_t inputs = 0, columns = 0;
  Numbers<float> bias;
  Numbers<int8_t> groups;
  Numbers<float> scale, sum;
  /** [inputs × columns], only on the reference path. */
  Numbers<float> floats;

  PackedLinear packed() const { return {groups.data(), scale.data(), sum.data(), bias.data(), inputs, columns}; }
  size_t bytes() const { return groups.bytes() + bias.bytes() + scale.bytes() + sum.bytes() + floats.bytes(); }
};

LinearLayer keep_floats(const Matrix&);
/** Rounds weights to BF16 and packs them. */
LinearLayer pack_bf16(const Matrix&);
/**
 * Quantizes weights to S8, a scale for each column, and packs them as the kernels want them. Weights that were S8 in
 * the file stay what they are, unless sums are short.
 *
 * @param power [inputs] the expected squares of the inputs; empty: all alike
 */
LinearLayer quantize_and_pack(const Matrix&, const std::vector<float>& power, bool short_sums);

}  // namespace octavec
