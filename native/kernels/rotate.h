/** Rotary positions: pairs of dimensions, half a head apart, turned by an angle that grows with the place. */
#pragma once
#include <string.h>
#include "kernels.h"

namespace {

inline void turn_pairs(float* first, float* second, F cosine, F sine) {
  const F a = load(first), b = load(second);
  store(first, sub(mul(a, cosine), mul(b, sine)));
  store(second, add(mul(b, cosine), mul(a, sine)));
}

void rotate_heads(float* row, int heads, int width, const float* turns) {
  const int half = width / 2;
  for (int head = 0; head < heads; head++, row += width) {
    int i = 0;
    for (; i + 16 <= half; i += 16) {
      turn_pairs(row + i, row + half + i, load(turns + i), load(turns + half + i));
    }
    if (i < half) {
      // Half a vector is left over.
      constexpr size_t bytes = 8 * sizeof(float);
      float lanes[4][16] = {};
      memcpy(lanes[0], row + i, bytes);
      memcpy(lanes[1], row + half + i, bytes);
      memcpy(lanes[2], turns + i, bytes);
      memcpy(lanes[3], turns + half + i, bytes);
      turn_pairs(lanes[0], lanes[1], load(lanes[2]), load(lanes[3]));
      memcpy(row + i, lanes[0], bytes);
      memcpy(row + half + i, lanes[1], bytes);
    }
  }
}

}  // namespace
