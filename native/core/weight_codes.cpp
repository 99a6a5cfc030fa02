#include "weight_codes.h"
#include <algorithm>
#include <cmath>

namespace octavec {
namespace {

constexpr float kLargestCode = 127;
/** Largest sum of a group's codes of one sign: 255 * 128 < 2^15. */
constexpr int kLargestSum = 128;
constexpr int kGroup = 4;
constexpr int kGroups[][kGroup] = {{0, 1, 4, 5}, {2, 3, 6, 7}};
/** Shares of the scale at which nothing is beyond a limit that are tried. */
constexpr float kShares[] = {1.0f, 0.95f, 0.9f, 0.85f, 0.8f, 0.75f, 0.7f, 0.65f, 0.6f, 0.55f, 0.5f};
constexpr int kTried = sizeof kShares / sizeof *kShares;

/** Calls visit(column, sum of the weights of one sign, how many they are, power of the inputs) for all groups. */
template <class Visit>
void for_group_sums(const Matrix& matrix, const std::vector<float>& power, Visit visit) {
  for (int32_t k = 0; k < matrix.inputs; k += kCodeBlock) {
    for (const auto& group : kGroups) {
      float group_power = 0;
      for (const int member : group) {
        group_power += power.empty() ? 0.25f : power[k + member] * 0.25f;
      }
      for (int32_t n = 0; n < matrix.columns; n++) {
        float above = 0, below = 0;
        int positive = 0;
        for (const int member : group) {
          const float weight = matrix.row(k + member)[n];
          above += std::max(weight, 0.0f);
          below += std::max(-weight, 0.0f);
          positive += weight > 0;
        }
        visit(n, above, positive, group_power);
        visit(n, below, kGroup - positive, group_power);
      }
    }
  }
}

/** Expected error of rounding with a scale, for each column: half a step at most, uniformly. */
float rounding_error(float scale, float whole_power) { return scale * scale * whole_power / 12; }

}  // namespace

std::vector<float> largest_code_scales(const Matrix& matrix) {
  std::vector<float> scale(matrix.columns);
  for (int32_t k = 0; k < matrix.inputs; k++) {
    for (int32_t n = 0; n < matrix.columns; n++) {
      scale[n] = std::max(scale[n], std::fabs(matrix.row(k)[n]));
    }
  }
  for (float& value : scale) {
    value = value > 1e-30f ? value / kLargestCode : 0.0f;
  }
  return scale;
}

std::vector<float> choose_scales(const Matrix& matrix, const std::vector<float>& power, bool short_sums) {
  const std::vector<float>& given = matrix.scale;
  std::vector<float> full = given.empty() ? largest_code_scales(matrix) : given;
  if (!short_sums) {
    return full;
  }
  for_group_sums(matrix, power, [&](int32_t n, float sum, int, float) {
    full[n] = std::max(full[n], sum / static_cast<float>(kLargestSum));
  });
  // The last one tried is the scale of the file, at which nothing has to be rounded.
  const int tried = given.empty() ? kTried : kTried + 1;
  const auto scale_of = [&](int32_t n, int i) { return i < kTried ? full[n] * kShares[i] : given[n]; };
  std::vector<float> errors(static_cast<size_t>(matrix.columns) * tried);
  for_group_sums(matrix, power, [&](int32_t n, float sum, int members, float group_power) {
    for (int i = 0; i < tried; i++) {
      const float excess = sum - scale_of(n, i) * static_cast<float>(kLargestSum);
      if (excess > 0) {
        errors[n * tried + i] += group_power * excess * excess / static_cast<float>(members);
      }
    }
  });
  float whole_power = power.empty() ? static_cast<float>(matrix.inputs) : 0.0f;
  for (const float value : power) {
    whole_power += value;
  }
  std::vector<float> scale(matrix.columns);
  for (int32_t n = 0; n < matrix.columns; n++) {
    float least = 0;
    for (int i = 0; i < tried; i++) {
      const float tried_scale = scale_of(n, i);
      const float error = errors[n * tried + i] + (i < kTried ? rounding_error(tried_scale, whole_power) : 0.0f);
      if (i == 0 || error < least) {
        least = error;
        scale[n] = tried_scale;
      }
    }
  }
  return scale;
}

void round_weights(const float* weights, float scale, const float* power, bool short_sums, int8_t* codes) {
  const float inverse = scale > 0 ? 1.0f / scale : 0.0f;
  for (int32_t i = 0; i < kCodeBlock; i++) {
    const float code = std::nearbyint(weights[i] * inverse);
    codes[i] = static_cast<int8_t>(std::min(std::max(code, -kLargestCode), kLargestCode));
  }
  if (!short_sums) {
    return;
  }
  for (const auto& group : kGroups) {
    for (const int sign : {1, -1}) {
      int sum = 0;
      for (const int member : group) {
        sum += std::max(sign * codes[member], 0);
      }
      for (; sum > kLargestSum; sum--) {
        int cheapest = -1;
        float least = 0;
        for (const int member : group) {
          const int code = sign * codes[member];
          // What a step down adds to the squared error: (d + 1)² - d², with d the error there is.
          const float cost =
              (power == nullptr ? 1.0f : power[member]) *
              (2 * (static_cast<float>(sign) * weights[member] * inverse - static_cast<float>(code)) + 1);
          if (code > 0 && (cheapest < 0 || cost < least)) {
            cheapest = member;
            least = cost;
          }
        }
        codes[cheapest] = static_cast<int8_t>(codes[cheapest] - sign);
      }
    }
  }
}

}  // namespace octavec
