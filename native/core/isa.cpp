#include "isa.h"
#include <cstdlib>
#include <cstring>
#include "cpu_features.h"

namespace octavec {

#if !defined(OCTAVEC_INSTRUCTION_SETS)
#error "Needs the instruction sets that were compiled, X(kernels, check) for each: see scripts/native-sources.mjs"
#endif

#define X(name, check) extern const Kernels kernels_##name;
OCTAVEC_INSTRUCTION_SETS
#undef X

namespace {

struct InstructionSet {
  const Kernels* kernels;
  bool (*runs_here)();
};

/** From the fastest to the slowest. */
constexpr InstructionSet kInstructionSets[] = {
#define X(name, check) {&kernels_##name, check},
    OCTAVEC_INSTRUCTION_SETS
#undef X
};

const Kernels* choose(int number_bytes) {
  const char* wanted = std::getenv("OCTAVEC_ISA");
  const bool named = wanted != nullptr && *wanted != 0;
  const Kernels* found = named ? find_kernels(wanted) : nullptr;
  if (named && (found == nullptr || found->number_bytes == number_bytes)) {
    return found;
  }
  for (const InstructionSet& set : kInstructionSets) {
    if (set.kernels->number_bytes == number_bytes && set.kernels != &kernels_portable_bf16 && set.runs_here()) {
      return set.kernels;
    }
  }
  return nullptr;
}

}  // namespace

const Kernels* find_kernels(const char* name) {
  for (const InstructionSet& set : kInstructionSets) {
    if (std::strcmp(set.kernels->name, name) == 0) {
      return set.runs_here() ? set.kernels : nullptr;
    }
  }
  return nullptr;
}

std::vector<const Kernels*> all_kernels() {
  std::vector<const Kernels*> all;
  for (const InstructionSet& set : kInstructionSets) {
    if (set.runs_here()) {
      all.push_back(set.kernels);
    }
  }
  return all;
}

const Kernels* active_kernels(int number_bytes) {
  static const Kernels* const bytes = choose(1);
  static const Kernels* const halves = choose(2);
  return number_bytes == 1 ? bytes : halves;
}

}  // namespace octavec
