/** Which kernels this machine can run. */
#pragma once
#include <vector>
#include "../kernels/kernels.h"

namespace octavec {

/**
 * The fastest kernels of this machine for numbers of one byte, or of two (BF16); those that OCTAVEC_ISA names, if it
 * does. Null if there are no such. In plain C++ BF16 is for tests: it must be named.
 */
const Kernels* active_kernels(int number_bytes = 1);

/** Kernels by name; null if they do not exist or this machine cannot run them. */
const Kernels* find_kernels(const char* name);

/** All that this machine can run, from the fastest to the slowest. */
std::vector<const Kernels*> all_kernels();

}  // namespace octavec
