// What one core can do at most: integer dot products on registers alone. Prints "name GOPS" lines (a multiplication and
// an addition count as two operations). Built and run by bench/engines.mjs.
#include <immintrin.h>
#include <chrono>
#include <cstdio>
#include <sys/syscall.h>
#include <unistd.h>

template <class Round>
void measure(const char* name, double operations, Round round) {
  using Clock = std::chrono::steady_clock;
  double best = 1e9;
  for (int repeat = 0; repeat < 20; repeat++) {
    const auto start = Clock::now();
    for (int i = 0; i < 200000; i++) {
      round();
    }
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    best = seconds < best ? seconds : best;
  }
  std::printf("%s %.0f\n", name, operations * 200000 / best / 1e9);
}

#define TWELVE(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11)
#define DOT512(i) __asm__ volatile("vpdpbusd %%zmm12, %%zmm12, %%zmm" #i ::: "xmm" #i);
#define DOT256(i) __asm__ volatile("%{vex%} vpdpbusd %%ymm12, %%ymm12, %%ymm" #i ::: "xmm" #i);
#define FMA256(i) __asm__ volatile("vfmadd231ps %%ymm12, %%ymm12, %%ymm" #i ::: "xmm" #i);
// Two products of quads are added in 16 bits before they are widened, as the native engine does it.
#define BYTES256(i)                                      \
  __asm__ volatile(                                      \
      "vpmaddubsw %%ymm12, %%ymm12, %%ymm13\n\t"          \
      "vpmaddubsw %%ymm12, %%ymm12, %%ymm14\n\t"          \
      "vpaddw %%ymm13, %%ymm14, %%ymm13\n\t"              \
      "vpmaddwd %%ymm12, %%ymm13, %%ymm13\n\t"            \
      "vpaddd %%ymm13, %%ymm" #i ", %%ymm" #i ::: "xmm13", "xmm14", "xmm" #i);
#define FMA512(i) __asm__ volatile("vfmadd231ps %%zmm12, %%zmm12, %%zmm" #i ::: "xmm" #i);

/** Linux grants tiles to those who ask, where the processor has them. */
__attribute__((target("amx-tile,amx-int8"))) void measure_tiles() {
  if (syscall(SYS_arch_prctl, 0x1023, 18) != 0) {
    return;
  }
  static const struct alignas(64) {
    unsigned char palette, row, reserved[14];
    unsigned short bytes[16];
    unsigned char rows[16];
  } tiles = {1, 0, {}, {64, 64, 64, 64, 64, 64, 64, 64}, {16, 16, 16, 16, 16, 16, 16, 16}};
  _tile_loadconfig(&tiles);
  measure("amx-int8", 4 * 16 * 16 * 64 * 2, []() __attribute__((target("amx-tile,amx-int8"))) {
    _tile_dpbusd(0, 4, 5);
    _tile_dpbusd(1, 4, 6);
    _tile_dpbusd(2, 7, 5);
    _tile_dpbusd(3, 7, 6);
  });
}

int main() {
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512vnni")) {
    measure("avx512-vnni", 12 * 64 * 2, [] { TWELVE(DOT512) });
    measure("fp32-fma-512", 12 * 16 * 2, [] { TWELVE(FMA512) });
  }
  measure("avx2", 12 * 64 * 2, [] { TWELVE(BYTES256) });
  measure("fp32-fma-256", 12 * 8 * 2, [] { TWELVE(FMA256) });
  if (__builtin_cpu_supports("avxvnni")) {
    measure("avx-vnni", 12 * 32 * 2, [] { TWELVE(DOT256) });
  }
  measure_tiles();
}
