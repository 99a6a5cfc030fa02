#include "narrow_weights.h"
#include <algorithm>
#include <cmath>
#include <cstring>

namespace octavec {
namespace {

constexpr int32_t kMiddle = 8, kMost = 15;
constexpr float kLargestCode = 127;
/** A step of 1 in units of the column's scale: (v << 12) * 2^11 >> 15 is v << 8. */
constexpr float kUnit = 2048;

/** Where the steps of a column's block stand; the offsets are 32 bytes, the codes 64 bytes behind them. */
uint8_t* block_at(uint8_t* packed, int32_t blocks, int32_t block_size, int32_t column, int32_t block) {
  const size_t bytes = 64 + size_t(block_size) * 8;
  return packed + (size_t(column / kLanes) * blocks + block) * bytes;
}

void put(uint8_t* place, int32_t lane, int32_t value) {
  const auto word = static_cast<int16_t>(value);
  std::memcpy(place + lane * sizeof word, &word, sizeof word);
}

/** As kernels unpack it. */
int32_t code_of(int32_t v, int32_t step, int32_t offset) {
  return (((v * 4096 * step + (1 << 14)) >> 15) + offset) >> 8;
}

}  // namespace

size_t narrow_bytes(int32_t inputs, int32_t columns, int32_t block) {
  return size_t(columns / kLanes) * ((inputs + block - 1) / block) * (64 + size_t(block) * 8);
}

Buffer<uint8_t> pack_narrow(const Matrix& matrix, int32_t columns, std::vector<float>& scale,
                            std::vector<int32_t>& sums) {
  Buffer<uint8_t> packed(narrow_bytes(matrix.inputs, columns, matrix.block));
  std::fill_n(packed.data(), packed.size(), uint8_t{0});
  const int32_t blocks = (matrix.inputs + matrix.block - 1) / matrix.block;
  for (int32_t n = 0; n < columns; n++) {
    float reach = 0;
    for (int32_t b = 0; b < blocks; b++) {
      const size_t at = size_t(b) * matrix.narrow + n;
      reach = std::max(reach, std::fabs(matrix.steps[at]) *
                                  std::max({matrix.zeros[at], kMost - matrix.zeros[at], static_cast<float>(kMiddle)}));
    }
    scale[n] = reach > 1e-30f ? reach / kLargestCode : 0.0f;
    const float unit = scale[n] > 0 ? kUnit / scale[n] : 0.0f;
    for (int32_t b = 0; b < blocks; b++) {
      const size_t at = size_t(b) * matrix.narrow + n;
      const float weight_step = matrix.steps[at], zero = matrix.zeros[at];
      const auto step = static_cast<int32_t>(std::nearbyint(weight_step * unit));
      const auto offset = static_cast<int32_t>(std::nearbyint((kMiddle - zero) * static_cast<float>(step) / 8)) + 128;
      uint8_t* block = block_at(packed.data(), blocks, matrix.block, n, b);
      put(block, n % kLanes, step);
      put(block + 32, n % kLanes, offset);
      const int32_t first = b * matrix.block, end = std::min(matrix.inputs, first + matrix.block);
      for (int32_t k = first; k < end; k++) {
        const float steps = weight_step != 0 ? matrix.row(k)[n] / weight_step : 0.0f;
        const int32_t v = static_cast<int32_t>(std::nearbyint(steps + zero)) - kMiddle;
        sums[n] += code_of(v, step, offset);
        // Of eight inputs, i and i + 4 stand in a column's word i / 2: see NarrowWeights.
        const int32_t i = (k - first) % 8, word = i % 4 / 2, shift = i < 4 ? 12 - 4 * (i % 2) : 4 - 4 * (i % 2);
        uint8_t* place = block + 64 + (k - first) / 8 * 64 + (n % kLanes) * 4 + word * 2 + shift / 8;
        *place = static_cast<uint8_t>(*place | (v & 15) << shift % 8);
      }
    }
  }
  return packed;
}

}  // namespace octavec
