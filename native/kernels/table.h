/** Fills the table of functions: the last include of every object file of kernels, which says its name before. */
#pragma once
#include "attention.h"
#include "kernels.h"
#include "linear.h"
#include "rotate.h"
#include "rows.h"

namespace octavec {

extern const Kernels OCTAVEC_KERNELS;
const Kernels OCTAVEC_KERNELS = {
    OCTAVEC_ISA_NAME, kNumberBytes,  OCTAVEC_CHUNK_TOKENS, OCTAVEC_FFN_ROWS, kShortSums,      kKeyStep,
    kDepthStep,       enter_thread,  linear_store,         linear_add,       linear_activate, linear_gated,
    quantize_ranged,  quantize_rows, normalize_rows,       add_normalized,   normalize_parts, rotate_heads,
    multiply_floats,  pack_head,     attention_scratch,    attend,
};

}  // namespace octavec
