#include "isa.h"
#include <cstdlib>
#include <cstring>
#include "cpu_features.h"

namespace octavec {

extern const Kernels kernels_portable, kernels_portable16;
#if defined(OCTAVEC_WITH_AMX)
extern const Kernels kernels_amx;
#endif
#if defined(OCTAVEC_WITH_AVX512VNNI)
extern const Kernels kernels_avx512vnni;
#endif
#if defined(OCTAVEC_WITH_AVXVNNI)
extern const Kernels kernels_avxvnni;
#endif
#if defined(OCTAVEC_WITH_AVX2)
extern const Kernels kernels_avx2;
#endif
#if defined(OCTAVEC_WITH_NEON_I8MM)
extern const Kernels kernels_neon_i8mm;
#endif
#if defined(OCTAVEC_WITH_NEON_DOT)
extern const Kernels kernels_neon_dot;
#endif

namespace {

struct Choice {
  const Kernels* kernels;
  bool (*runs_here)();
};

/** From the fastest to the slowest. Objects that the compiler could not make are left out. */
constexpr Choice kChoices[] = {
#if defined(OCTAVEC_WITH_AMX)
    {&kernels_amx, has_amx_int8},
#endif
#if defined(OCTAVEC_WITH_AVX512VNNI)
    {&kernels_avx512vnni, has_avx512_vnni},
#endif
#if defined(OCTAVEC_WITH_AVXVNNI)
    {&kernels_avxvnni, has_avx_vnni},
#endif
#if defined(OCTAVEC_WITH_AVX2)
    {&kernels_avx2, has_avx2},
#endif
#if defined(OCTAVEC_WITH_NEON_I8MM)
    {&kernels_neon_i8mm, has_neon_i8mm},
#endif
#if defined(OCTAVEC_WITH_NEON_DOT)
    {&kernels_neon_dot, has_neon_dot},
#endif
    {&kernels_portable, [] { return true; }},
    {&kernels_portable16, [] { return true; }},
};

const Kernels* choose() {
  const char* wanted = std::getenv("OCTAVEC_ISA");
  if (wanted != nullptr && *wanted != 0) {
    return find_kernels(wanted);
  }
  for (const Choice& choice : kChoices) {
    if (choice.runs_here()) {
      return choice.kernels;
    }
  }
  return nullptr;
}

}  // namespace

const Kernels* find_kernels(const char* name) {
  for (const Choice& choice : kChoices) {
    if (std::strcmp(choice.kernels->name, name) == 0) {
      return choice.runs_here() ? choice.kernels : nullptr;
    }
  }
  return nullptr;
}

const Kernels* active_kernels() {
  static const Kernels* const kernels = choose();
  return kernels;
}

}  // namespace octavec
