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
  /** Leading columns that had four bits in the file, in blocks of so many inputs. */
  int32_t narrow = 0, block = 0;
  /** [blocks × narrow] of these: a weight is step * (code - zero) with a code of 0..15. */
  std::vector<float> steps, zeros;

  float* row(int32_t input) { return values.data() + static_cast<size_t>(input) * columns; }
  const float* row(int32_t input) const { return values.data() + static_cast<size_t>(input) * columns; }
};

/**
 * Reads weights as floats; codes are multiplied with their scales. Throws std::invalid_argument if one is not finite.
 */
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
  /** Leading columns of four bits, see NarrowWeights. */
  int32_t narrow = 0, block = 0;
  Numbers<uint8_t> narrow_blocks;
  Numbers<float> scale, sum;
  /** [inputs × columns], only on the reference path. */
  Numbers<float> floats;

  /** @param panel room for the codes of a panel, [kPanel × inputs], if there are narrow columns */
  PackedLinear packed(int8_t* panel) const {
    return {groups.data(),
            scale.data(),
            sum.data(),
            bias.data(),
            inputs,
            columns,
            {narrow_blocks.data(), block, narrow, panel}};
  }
  size_t bytes() const {
    return groups.bytes() + narrow_blocks.bytes() + bias.bytes() + scale.bytes() + sum.bytes() + floats.bytes();
  }
};

LinearLayer keep_floats(const Matrix&);
/** Rounds weights to BF16 and packs them. */
LinearLayer pack_bf16(const Matrix&);
/**
 * Quantizes weights to S8, a scale for each column, and packs them as the kernels want them. Weights that were S8 in
 * the file stay what they are, unless sums are short; whole panels of four bits stay at four, likewise.
 *
 * @param power [inputs] the expected squares of the inputs; empty: all alike
 */
LinearLayer quantize_and_pack(const Matrix&, const std::vector<float>& power, bool short_sums);

}  // namespace octavec
