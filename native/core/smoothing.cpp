#include "smoothing.h"
#include <algorithm>
#include <cmath>

namespace octavec {
namespace {

/** What is known of the channels in front of a linear layer, and of the rows of weights behind them. */
struct Channels {
  /** How far from zero, and the mean of the square. */
  std::vector<float> reach, power;
  /** Sum of the squared weights of a row. */
  std::vector<float> row_power;
};

Channels look_at(const NormWeights& norm, const Matrix& matrix) {
  constexpr float kSpread = 3.5f;
  Channels channels;
  channels.power = expected_power(norm, {});
  for (int32_t k = 0; k < matrix.inputs; k++) {
    channels.reach.push_back(std::fabs(norm.beta[k]) + kSpread * std::fabs(norm.gamma[k]));
    float power = 0;
    for (int32_t n = 0; n < matrix.columns; n++) {
      power += matrix.row(k)[n] * matrix.row(k)[n];
    }
    channels.row_power.push_back(power);
  }
  return channels;
}

/** Expected squared error of the layer's outputs, with channels divided by max(1, reach / cap). */
double expected_error(const Channels& channels, const Matrix& matrix, float cap) {
  double farthest = 0, weighted = 0, power = 0;
  std::vector<float> largest(matrix.columns);
  for (int32_t k = 0; k < matrix.inputs; k++) {
    const float divisor = std::max(1.0f, channels.reach[k] / cap);
    farthest = std::max(farthest, double(channels.reach[k]) / divisor);
    weighted += double(channels.row_power[k]) * divisor * divisor;
    power += channels.power[k] / (divisor * divisor);
    for (int32_t n = 0; n < matrix.columns; n++) {
      largest[n] = std::max(largest[n], std::fabs(matrix.row(k)[n]) * divisor);
    }
  }
  // Rounding to a step s errs by s²/12 in the mean of squares.
  const double activation_step = 2 * farthest / 255;
  double weight_steps = 0;
  for (const float most : largest) {
    weight_steps += double(most) * most / (127.0 * 127.0);
  }
  return (activation_step * activation_step * weighted + weight_steps * power) / 12;
}

}  // namespace

std::vector<float> expected_power(const NormWeights& norm, const Numbers<float>& factors) {
  std::vector<float> power(norm.gamma.size());
  for (size_t k = 0; k < power.size(); k++) {
    const float factor = factors.empty() ? 1.0f : factors[k];
    power[k] = (norm.beta[k] * norm.beta[k] + norm.gamma[k] * norm.gamma[k]) * factor * factor;
  }
  return power;
}

std::vector<float> smooth(const NormWeights& norm, Matrix& matrix) {
  const Channels channels = look_at(norm, matrix);
  std::vector<float> descending = channels.reach;
  std::sort(descending.rbegin(), descending.rend());
  const double plain = expected_error(channels, matrix, descending.front());
  double least = plain;
  float best = 0;
  for (size_t place = 1; place < descending.size() / 4; place += 1 + place / 4) {
    const double error = expected_error(channels, matrix, descending[place]);
    if (error < least) {
      least = error;
      best = descending[place];
    }
  }
  if (!(least < 0.9 * plain) || best <= 0) {
    return {};
  }
  std::vector<float> factors(matrix.inputs);
  for (int32_t k = 0; k < matrix.inputs; k++) {
    const float divisor = std::max(1.0f, channels.reach[k] / best);
    factors[k] = 1 / divisor;
    for (int32_t n = 0; n < matrix.columns; n++) {
      matrix.row(k)[n] *= divisor;
    }
  }
  return factors;
}

}  // namespace octavec
