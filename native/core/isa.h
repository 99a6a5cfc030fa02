/** Which kernels this machine can run. */
#pragma once
#include "../kernels/kernels.h"

namespace octavec {

/** The fastest kernels of this machine, or those that OCTAVEC_ISA names; null if there are no such. */
const Kernels* active_kernels();

/** Kernels by name; null if they do not exist or this machine cannot run them. */
const Kernels* find_kernels(const char* name);

}  // namespace octavec
