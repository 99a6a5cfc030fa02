/**
 * Products with AMX tiles: up to 32 rows × 64 columns. The contract stands in multiply_portable.h, and for BF16 in
 * multiply_bf16_portable.h; OCTAVEC_TILE_PRODUCT is the instruction for the numbers of number_*.h.
 */
#pragma once
#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>

namespace {

constexpr int kRowTile = 32;
constexpr int kDepthStep = 64 / kNumberBytes;
constexpr int kKeyStep = 64 / kNumberBytes;
constexpr bool kShortSums = false;
constexpr int kSignedLimit = 127;

struct alignas(64) TileConfiguration {
  uint8_t palette, start_row, reserved[14];
  uint16_t row_bytes[16];
  uint8_t rows[16];
};

/** All eight tiles hold 16 rows of 64 bytes. Static: g++ takes the instruction to read the first eight bytes only. */
const TileConfiguration kTiles = {1, 0, {}, {64, 64, 64, 64, 64, 64, 64, 64}, {16, 16, 16, 16, 16, 16, 16, 16}};

/** The configuration belongs to the thread. */
inline void enter_thread() { _tile_loadconfig(&kTiles); }

/** 32 rows × 32 columns; between(step) is called while the unit is at work. */
template <class Between>
inline void multiply_square(const uint8_t* a, size_t stride, const int8_t* b, size_t group_stride, int steps,
                            Product* c, Between between) {
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
  for (int k = 0; k < steps; k++) {
    _tile_loadd(4, b + (size_t)k * 1024, 64);
    _tile_loadd(6, a + k * 64, stride);
    _tile_loadd(5, b + group_stride + (size_t)k * 1024, 64);
    OCTAVEC_TILE_PRODUCT(0, 6, 4);
    _tile_loadd(7, a + 16 * stride + k * 64, stride);
    OCTAVEC_TILE_PRODUCT(1, 6, 5);
    OCTAVEC_TILE_PRODUCT(2, 7, 4);
    OCTAVEC_TILE_PRODUCT(3, 7, 5);
    between(k);
  }
  _tile_stored(0, c, 256);
  _tile_stored(1, c + 16, 256);
  _tile_stored(2, c + 16 * 64, 256);
  _tile_stored(3, c + 16 * 64 + 16, 256);
}

/** 16 rows × 64 columns. */
template <class Between>
inline void multiply_flat(const uint8_t* a, size_t stride, const int8_t* b, size_t group_stride, int steps, Product* c,
                          Between between) {
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
  for (int k = 0; k < steps; k++) {
    const int8_t* columns = b + (size_t)k * 1024;
    _tile_loadd(6, a + k * 64, stride);
    _tile_loadd(4, columns, 64);
    OCTAVEC_TILE_PRODUCT(0, 6, 4);
    _tile_loadd(5, columns + group_stride, 64);
    OCTAVEC_TILE_PRODUCT(1, 6, 5);
    _tile_loadd(4, columns + 2 * group_stride, 64);
    OCTAVEC_TILE_PRODUCT(2, 6, 4);
    _tile_loadd(5, columns + 3 * group_stride, 64);
    OCTAVEC_TILE_PRODUCT(3, 6, 5);
    between(k);
  }
  _tile_stored(0, c, 256);
  _tile_stored(1, c + 16, 256);
  _tile_stored(2, c + 32, 256);
  _tile_stored(3, c + 48, 256);
}

/** 16 rows × 16 columns. */
inline void multiply_narrow(const uint8_t* a, size_t stride, const int8_t* b, int steps, Product* c) {
  _tile_zero(0);
  for (int k = 0; k < steps; k++) {
    _tile_loadd(4, b + (size_t)k * 1024, 64);
    _tile_loadd(6, a + k * 64, stride);
    OCTAVEC_TILE_PRODUCT(0, 6, 4);
  }
  _tile_stored(0, c, 256);
}

/** Four groups of columns; calls between(step, steps) for every step while the unit is at work. */
template <class Between>
inline void multiply_panel(const uint8_t* a, size_t stride, int rows, const int8_t* b, size_t group_stride, int quads,
                           Product* c, Between between) {
  const int steps = quads / 16;
  if (rows <= 16) {
    return multiply_flat(a, stride, b, group_stride, steps, c, [&](int k) { between(k, steps); });
  }
  multiply_square(a, stride, b, group_stride, steps, c, [&](int k) { between(k, 2 * steps); });
  multiply_square(a, stride, b + 2 * group_stride, group_stride, steps, c + 32,
                  [&](int k) { between(steps + k, 2 * steps); });
}

inline void multiply(const uint8_t* a, size_t stride, int rows, const int8_t* b, size_t group_stride, int groups,
                     int quads, Product* c) {
  const auto nothing = [](int) {};
  const int steps = quads / 16;
  if (rows <= 16 && groups == 4) {
    return multiply_flat(a, stride, b, group_stride, steps, c, nothing);
  }
  int g = 0;
  if (rows > 16) {
    for (; g + 2 <= groups; g += 2) {
      multiply_square(a, stride, b + g * group_stride, group_stride, steps, c + g * 16, nothing);
    }
  }
  for (; g < groups; g++) {
    for (int r = 0; r < rows; r += 16) {
      multiply_narrow(a + r * stride, stride, b + g * group_stride, steps, c + r * 64 + g * 16);
    }
  }
}

}  // namespace
