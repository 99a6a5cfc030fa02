/** Weights of four bits, packed as kernels unpack them (see NarrowWeights in kernels.h). */
#pragma once
#include <cstdint>
#include <vector>
#include "linear_layer.h"

namespace octavec {

/**
 * Packs the leading columns of a matrix that had four bits in its file.
 *
 * @param columns a multiple of kPanel
 * @param scale of these columns is set: what the S8 codes that become of the weights are multiplied with
 * @param sums of these columns is set to the sum of their codes
 */
Buffer<uint8_t> pack_narrow(const Matrix&, int32_t columns, std::vector<float>& scale, std::vector<int32_t>& sums);

/** Bytes of so many columns. */
size_t narrow_bytes(int32_t inputs, int32_t columns, int32_t block);

}  // namespace octavec
