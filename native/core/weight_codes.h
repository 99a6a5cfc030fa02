/** Weights as whole numbers of eight bits, with a scale for each output channel: w = scale * code. */
#pragma once
#include <cstdint>
#include <vector>
#include "linear_layer.h"

namespace octavec {

/**
 * Inputs whose weights are rounded together: where sums have sixteen bits, codes 0, 1, 4, 5 of eight, and 2, 3, 6, 7,
 * share one sum (see Kernels::short_sums).
 */
constexpr int32_t kCodeBlock = 8;

/** The scale of each column at which its largest weight has the largest code. */
std::vector<float> largest_code_scales(const Matrix&);

/**
 * A scale for each column. The largest weight gets the code 127, or where sums are short the scale is the one with the
 * least expected error of the outputs: a small one rounds finely, a large one leaves more of the sums within their
 * limit. Weights that were eight bits in the file keep their scale if the sums allow it.
 *
 * @param power [inputs] the expected squares of the inputs; empty: all alike
 */
std::vector<float> choose_scales(const Matrix&, const std::vector<float>& power, bool short_sums);

/**
 * Rounds a column's weights of kCodeBlock inputs. Where sums are short, codes whose sums are beyond the limit give way
 * one by one, each time the one that costs least, which gives the least squared error of all codes within the limit.
 *
 * @param weights, power [kCodeBlock]; power may be null
 */
void round_weights(const float* weights, float scale, const float* power, bool short_sums, int8_t* codes);

}  // namespace octavec
