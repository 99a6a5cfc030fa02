/** What comes after the hidden states: pooling, dense layers, normalising. */
#pragma once
#include <cstdint>
#include "model.h"

namespace octavec {

/**
 * Vector of one text.
 *
 * @param hidden [tokens × hidden width]
 * @param skip leading tokens that sums and maxima leave out
 * @param out [model.width()]
 */
void apply_head(const Model& model, const Kernels& kernels, const float* hidden, int32_t tokens, int32_t skip,
                float* out);

}  // namespace octavec
