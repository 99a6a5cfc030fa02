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

/** Element `index` of a checked tensor as a float; S8 as the whole number that it is. */
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
