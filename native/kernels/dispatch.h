/**
 * From values that are known when a kernel is called to those that it is compiled for: loops with fixed bounds keep
 * their sums in registers.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

namespace {

/** A value as a type, for lambdas: decltype(constant)::value. */
template <auto kValue>
struct Constant {
  static constexpr auto value = kValue;
};

/** Calls action(Constant<value>()); `value` is 1 to kMost. */
template <int kMost, class Action>
inline void with_constant(int value, Action action) {
  if constexpr (kMost > 1) {
    if (value < kMost) {
      return with_constant<kMost - 1>(value, action);
    }
  }
  action(Constant<kMost>());
}

/**
 * Products by tiles that are one group of sixteen columns wide: Tile::run<rows>(a, stride, b, quads, c), up to
 * kMostRows.
 */
template <class Tile, int kMostRows>
inline void multiply_by_groups(const uint8_t* a, size_t stride, int rows, const int8_t* b, size_t group_stride,
                               int groups, int quads, int32_t* c) {
  for (int g = 0; g < groups; g++, b += group_stride, c += 16) {
    with_constant<kMostRows>(rows,
                             [=](auto count) { Tile::template run<decltype(count)::value>(a, stride, b, quads, c); });
  }
}

}  // namespace
