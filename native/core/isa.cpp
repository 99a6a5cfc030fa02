#include "isa.h"
#include <cstdlib>
#include <cstring>
#include "cpu_features.h"

namespace octavec {

extern const Kernels kernels_portable, kernels_portable16, kernels_portable_bf16;
#if defined(OCTAVEC_WITH_AMX)
extern const Kernels kernels_amx;
#endif
#if defined(OCTAVEC_WITH_AMXBF16)
extern const Kernels kernels_amxbf16;
#endif
#if defined(OCTAVEC_WITH_AVX512BF16)
extern const Kernels kernels_avx512bf16;
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
#if defined(OCTAVEC_WITH_AMXBF16)
    {&kernels_amxbf16, has_amx_bf16},
#endif
#if defined(OCTAVEC_WITH_AVX512BF16)
    {&kernels_avx512bf16, has_avx512_bf16},
#endif
    {&kernels_portable, [] { return true; }},
    {&kernels_portable16, [] { return true; }},
    {&kernels_portable_bf16, [] { return true; }},
};

const Kernels* choose(int number_bytes) {
  const char* wanted = std::getenv("OCTAVEC_ISA");
  const bool named = wanted != nullptr && *wanted != 0;
  const Kernels* found = named ? find_kernels(wanted) : nullptr;
  if (named && (found == nullptr || found->number_bytes == number_bytes)) {
    return found;
  }
  for (const Choice& choice : kChoices) {
    const Kernels* kernels = choice.kernels;
    if (kernels->number_bytes == number_bytes && kernels != &kernels_portable_bf16 && choice.runs_here()) {
      return kernels;
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

const Kernels* active_kernels(int number_bytes) {
  static const Kernels* const bytes = choose(1);
  static const Kernels* const halves = choose(2);
  return number_bytes == 1 ? bytes : halves;
}

}  // namespace octavec
