/** Encoders of every kind that the engine runs, small: tests run them, fuzz targets begin with them. */
#pragma once
#include <vector>
#include "random_model.h"

namespace octavec {

struct Architecture {
  const char* name;
  RandomModelOptions options;
  /** How much more than others it may be off, against the reference: where attention is sharp, rounding shows. */
  double noise = 1;
};

std::vector<Architecture> architectures();

/** The smallest models of them, for those who try many. */
std::vector<RandomModelOptions> smallest_models();

}  // namespace octavec
