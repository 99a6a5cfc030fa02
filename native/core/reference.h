/**
 * The model in plain float arithmetic, one text at a time: slow, simple, and what the INT8 path is measured against.
 */
#pragma once
#include <cstdint>
#include "model.h"

namespace octavec {

/** @param out [tokens × hidden width] hidden states of one text */
void reference_forward(const Model& model, const int32_t* ids, int32_t tokens, float* out);

}  // namespace octavec
