/** Products by tiles that are one group of sixteen columns wide: Tile::run<rows>(a, stride, b, quads, c), up to kMostRows. */
#pragma once
#include <stddef.h>
#include <stdint.h>

namespace {

template <class Tile, int kMostRows>
inline void multiply_by_groups(const uint8_t* a, size_t stride, int rows, const int8_t* b, size_t group_stride,
                               int groups, int quads, int32_t* c) {
  for (int g = 0; g < groups; g++, b += group_stride, c += 16) {
    switch (rows) {
      case 1:
        Tile::template run<1>(a, stride, b, quads, c);
        break;
      case 2:
        Tile::template run<2>(a, stride, b, quads, c);
        break;
      case 3:
        Tile::template run<3>(a, stride, b, quads, c);
        break;
      case 4:
        Tile::template run<4>(a, stride, b, quads, c);
        break;
      case 5:
        Tile::template run<kMostRows < 5 ? kMostRows : 5>(a, stride, b, quads, c);
        break;
      default:
        Tile::template run<kMostRows>(a, stride, b, quads, c);
    }
  }
}

}  // namespace
