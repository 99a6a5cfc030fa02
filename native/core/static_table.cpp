#include "static_table.h"
#include <cmath>
#include <cstring>
#include "../include/octavec_native.h"

namespace octavec {
namespace {

struct Float {
  using Stored = float;
  static float widen(float value) { return value; }
};

struct Half {
  using Stored = uint16_t;
  /** Exact: the bits are put into a float, 2^112 too small, which subnormal numbers survive. */
  static float widen(uint16_t half) {
    const uint32_t magnitude = (half & 0x7fffu) << 13;
    float value;
    std::memcpy(&value, &magnitude, sizeof value);
    value *= 0x1p112f;
    uint32_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    bits |= ((half & 0x7c00u) == 0x7c00u ? 0x7f800000u : 0u) | (half & 0x8000u) << 16;
    std::memcpy(&value, &bits, sizeof value);
    return value;
  }
};

struct Byte {
  using Stored = int8_t;
  static float widen(int8_t value) { return value; }
};

template <class Number>
void add_row(const uint8_t* row, int64_t columns, float factor, float* __restrict sum) {
  for (int64_t c = 0; c < columns; c++) {
    typename Number::Stored stored;
    std::memcpy(&stored, row + c * sizeof stored, sizeof stored);
    sum[c] += factor * Number::widen(stored);
  }
}

/** In four sums, so that the order of the additions is the same in any number of lanes up to four. */
double length_of(const float* vector, int64_t columns) {
  double sums[4] = {0, 0, 0, 0};
  int64_t c = 0;
  for (; c + 4 <= columns; c += 4) {
    for (int i = 0; i < 4; i++) {
      sums[i] += double(vector[c + i]) * vector[c + i];
    }
  }
  for (; c < columns; c++) {
    sums[c & 3] += double(vector[c]) * vector[c];
  }
  return std::sqrt(sums[0] + sums[1] + (sums[2] + sums[3]));
}

template <class Number>
void average(const StaticTable& table, const int32_t* ids, const int32_t* offsets, int32_t texts, bool normalize,
             float* out) {
  const int64_t columns = table.columns;
  const int64_t row_bytes = columns * int64_t{sizeof(typename Number::Stored)};
  for (int32_t text = 0; text < texts; text++) {
    float* sum = out + text * columns;
    std::memset(sum, 0, static_cast<size_t>(columns) * sizeof *sum);
    const int32_t first = offsets[text], end = offsets[text + 1];
    for (int32_t i = first; i < end; i++) {
      const int32_t token = ids[i];
      const int32_t row = table.mapping == nullptr ? token : table.mapping[token];
      const float factor = (table.scales == nullptr ? 1.0f : table.scales[row]) *
                           (table.weights == nullptr ? 1.0f : table.weights[token]);
      add_row<Number>(table.rows + row * row_bytes, columns, factor, sum);
    }
    if (end > first) {
      const double divisor = normalize ? length_of(sum, columns) + 1e-32 : double(end - first);
      for (int64_t c = 0; c < columns; c++) {
        sum[c] = static_cast<float>(sum[c] / divisor);
      }
    }
  }
}

}  // namespace

void average_rows(const StaticTable& table, const int32_t* ids, const int32_t* offsets, int32_t texts, bool normalize,
                  float* out) {
  switch (table.type) {
    case OCTAVEC_S8:
      return average<Byte>(table, ids, offsets, texts, normalize, out);
    case OCTAVEC_F16:
      return average<Half>(table, ids, offsets, texts, normalize, out);
    default:
      return average<Float>(table, ids, offsets, texts, normalize, out);
  }
}

}  // namespace octavec
