/** Reading numbers from the tensors that a description points to. */
#pragma once
#include <cstring>
#include <vector>
#include "../include/octavec_native.h"

namespace octavec {

using Tensor = octavec_tensor;

inline float half_to_float(uint16_t half) {
  const uint32_t sign = (half & 0x8000u) << 16, exponent = half >> 10 & 31, fraction = half & 1023;
  uint32_t bits;
  float value;
  if (exponent == 0) {
    value = static_cast<float>(fraction) * 5.9604645e-8f;  // 2^-24
    return sign != 0 ? -value : value;
  }
  bits = sign | (exponent == 31 ? 0x7f800000u : (exponent + 112) << 23) | fraction << 13;
  std::memcpy(&value, &bits, 4);
  return value;
}

inline bool is_float(const Tensor& tensor) { return tensor.type == OCTAVEC_F32 || tensor.type == OCTAVEC_F16; }

/** A code of a checked tensor of U4 or U8. */
inline int32_t code_at(const Tensor& tensor, int64_t row, int64_t column) {
  const auto* bytes = static_cast<const uint8_t*>(tensor.data);
  if (tensor.type == OCTAVEC_U8) {
    return bytes[row * tensor.columns + column];
  }
  return bytes[row * ((tensor.columns + 1) / 2) + column / 2] >> (4 * (column & 1)) & 15;
}

/** Element `index` of a checked tensor of floats or S8 as a float; S8 as the whole number that it is. */
inline float element(const Tensor& tensor, size_t index) {
  const auto* bytes = static_cast<const uint8_t*>(tensor.data);
  if (tensor.type == OCTAVEC_F32) {
    float value;
    std::memcpy(&value, bytes + index * 4, 4);
    return value;
  }
  if (tensor.type == OCTAVEC_F16) {
    uint16_t value;
    std::memcpy(&value, bytes + index * 2, 2);
    return half_to_float(value);
  }
  return static_cast<float>(static_cast<int8_t>(bytes[index]));
}

inline std::vector<float> elements(const Tensor& tensor, size_t first, size_t count) {
  std::vector<float> values(count);
  for (size_t i = 0; i < count; i++) {
    values[i] = element(tensor, first + i);
  }
  return values;
}

}  // namespace octavec
