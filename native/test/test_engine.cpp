/**
 * Tests of the engine's core without Node: against its own reference path, across instruction sets, batches and
 * threads, and with descriptions that are not sound. Prints a line for each and exits with 1 if one fails.
 */
#include <cstdio>
#include <string>
#include <vector>
#include "expect.h"
#include "tests.h"

using namespace octavec;

/** test_engine [--quick] [instruction sets]: all that this machine has, if none is named. */
int main(int count, char** arguments) {
  std::vector<std::string> names(arguments + 1, arguments + count);
  bool quick = false;
  if (!names.empty() && names[0] == "--quick") {
    // For sanitizers: the same ways through the code, fewer tokens.
    sample_lengths = {16, 5, 1, 2, 3, 2, 1, 7, 150, 17};
    names.erase(names.begin());
    quick = true;
  }
  test_scan();
  std::vector<const Kernels*> tested;
  for (const std::string& name : names) {
    if (const Kernels* kernels = find_kernels(name.c_str())) {
      tested.push_back(kernels);
    } else {
      std::printf("%s: not on this machine\n", name.c_str());
    }
  }
  for (const Kernels* kernels : names.empty() ? all_kernels() : tested) {
    test_pooled_rows(*kernels);
    test_head_of_zeros(*kernels);
    for (const Architecture& architecture : architectures()) {
      test_against_reference(architecture, *kernels);
      test_same_bits(architecture, *kernels);
      test_batch_invariance(architecture, *kernels);
      test_threads(architecture, *kernels);
      test_model_file(architecture, *kernels);
    }
    test_cancelling(*kernels);
    test_short_jobs_come_through(*kernels);
    test_new_jobs_go_first(*kernels);
    test_long_jobs_come_through(*kernels);
    test_waiting_jobs_are_joined(*kernels);
    if (!quick || std::string(kernels->name).rfind("portable-", 0) != 0) {
      test_hostile_descriptions(*kernels);
      test_hostile_files(*kernels);
    }
    test_batches_that_are_refused(*kernels);
  }
  return report();
}
