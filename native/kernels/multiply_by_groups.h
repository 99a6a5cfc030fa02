/** multiply() for kernels whose tile, multiply_tile<rows>, is one group of sixteen columns wide. */
#pragma once

namespace {

inline void multiply(const uint8_t* a, size_t stride, int rows, const int8_t* b, size_t group_stride, int groups,
                     int quads, int32_t* c) {
  for (int g = 0; g < groups; g++, b += group_stride, c += 16) {
    switch (rows) {
      case 1:
        multiply_tile<1>(a, stride, b, quads, c);
        break;
      case 2:
        multiply_tile<2>(a, stride, b, quads, c);
        break;
      case 3:
        multiply_tile<3>(a, stride, b, quads, c);
        break;
      case 4:
        multiply_tile<4>(a, stride, b, quads, c);
        break;
      case 5:
        multiply_tile<kRowTile < 5 ? kRowTile : 5>(a, stride, b, quads, c);
        break;
      default:
        multiply_tile<kRowTile>(a, stride, b, quads, c);
    }
  }
}

}  // namespace
