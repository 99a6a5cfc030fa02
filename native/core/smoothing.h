/** Smoothing of outlier channels before quantization, from nothing but the weights. */
#pragma once
#include <vector>
#include "linear_layer.h"
#include "model.h"

namespace octavec {

/**
 * Factors for the inputs of a linear layer that stand behind a LayerNorm: channels that reach far are divided down to a
 * cap, and the rows of the weights multiplied in turn (in the way of SmoothQuant, Xiao et al. 2023, arXiv:2211.10438).
 *
 * How far a channel reaches follows from the norm itself: its output is about beta ± 3.5 gamma. The cap is the one with
 * the least expected error of activations and weights together.
 *
 * @param matrix is changed: its rows are multiplied
 * @returns [inputs] factors; empty, and the matrix as it was, if smoothing gains less than a tenth
 */
std::vector<float> smooth(const NormWeights& norm, Matrix& matrix);

/**
 * [inputs] The expected squares of a norm's outputs, beta² + gamma², times the squares of their factors, if there are
 * any.
 */
std::vector<float> expected_power(const NormWeights& norm, const Numbers<float>& factors);

}  // namespace octavec
