#include "cpu_features.h"
#include <cstdint>

#if defined(__x86_64__) || defined(_M_X64)
#if defined(_MSC_VER)
#include <intrin.h>
#else
#include <cpuid.h>
#endif
#endif
#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#if defined(__aarch64__)
#include <sys/auxv.h>
#endif
#elif defined(__APPLE__) && defined(__aarch64__)
#include <sys/sysctl.h>
#endif

namespace octavec {

#if defined(__x86_64__) || defined(_M_X64)

namespace {

struct Registers {
  uint32_t a = 0, b = 0, c = 0, d = 0;
};

Registers cpuid(uint32_t leaf, uint32_t part) {
  Registers r;
#if defined(_MSC_VER)
  int all[4];
  __cpuidex(all, int(leaf), int(part));
  r = {uint32_t(all[0]), uint32_t(all[1]), uint32_t(all[2]), uint32_t(all[3])};
#else
  __get_cpuid_count(leaf, part, &r.a, &r.b, &r.c, &r.d);
#endif
  return r;
}

bool bit(uint32_t word, int index) { return (word >> index & 1) != 0; }

/** Which registers the operating system saves (XCR0). */
uint64_t saved_state() {
  if (!bit(cpuid(1, 0).c, 27)) {  // OSXSAVE
    return 0;
  }
#if defined(_MSC_VER)
  return _xgetbv(0);
#else
  uint32_t low, high;
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return uint64_t{high} << 32 | low;
#endif
}

bool saves(uint64_t state) { return (saved_state() & state) == state; }

constexpr uint64_t kYmm = 0x6, kZmm = 0xe6, kTiles = 0x60000;

}  // namespace

bool has_avx2() {
  const uint32_t leaf1 = cpuid(1, 0).c;
  return saves(kYmm) && bit(leaf1, 28) && bit(leaf1, 12) && bit(cpuid(7, 0).b, 5);  // AVX, FMA, AVX2
}

bool has_avx_vnni() { return has_avx2() && bit(cpuid(7, 1).a, 4); }

bool has_avx512_vnni() {
  const Registers leaf7 = cpuid(7, 0);
  const bool base = bit(leaf7.b, 16) && bit(leaf7.b, 17) && bit(leaf7.b, 30) && bit(leaf7.b, 31);  // F, DQ, BW, VL
  return has_avx2() && saves(kZmm) && base && bit(leaf7.c, 11);
}

bool has_avx512_bf16() { return has_avx512_vnni() && bit(cpuid(7, 1).a, 5); }

namespace {

/** AMX-TILE and the unit that bit `unit` of leaf 7 tells of; asks Linux for the tiles. */
bool has_tiles(int unit) {
#if defined(__linux__)
  const uint32_t leaf7 = cpuid(7, 0).d;
  if (!has_avx512_vnni() || !saves(kTiles) || !bit(leaf7, 24) || !bit(leaf7, unit)) {
    return false;
  }
  constexpr long kRequestPermission = 0x1023, kTileData = 18;  // ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA
  return syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
#else
  (void)unit;
  return false;
#endif
}

}  // namespace

bool has_amx_int8() { return has_tiles(25); }
bool has_amx_bf16() { return has_avx512_bf16() && has_tiles(22); }

#elif defined(__linux__) && defined(__aarch64__)

bool has_neon_dot() { return (getauxval(AT_HWCAP) >> 20 & 1) != 0; }    // HWCAP_ASIMDDP
bool has_neon_i8mm() { return (getauxval(AT_HWCAP2) >> 13 & 1) != 0; }  // HWCAP2_I8MM

#elif defined(__APPLE__) && defined(__aarch64__)

namespace {
bool says(const char* name) {
  int value = 0;
  size_t size = sizeof value;
  return sysctlbyname(name, &value, &size, nullptr, 0) == 0 && value != 0;
}
}  // namespace

bool has_neon_dot() { return says("hw.optional.arm.FEAT_DotProd"); }
bool has_neon_i8mm() { return says("hw.optional.arm.FEAT_I8MM"); }

#else

bool has_neon_dot() { return false; }
bool has_neon_i8mm() { return false; }

#endif

}  // namespace octavec
