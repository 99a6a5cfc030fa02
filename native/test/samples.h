/** Models and texts that the tests share, and how they are run without a session. */
#pragma once
#include <cstdint>
#include <vector>
#include "../core/isa.h"
#include "../core/session.h"
#include "architectures.h"

namespace octavec {

/** Texts of the given lengths with ids that follow from their number and place alone. */
struct Texts {
  std::vector<int32_t> ids, offsets{0};

  Texts(const std::vector<int32_t>& lengths, const std::vector<int32_t>& numbers, int32_t vocabulary) {
    for (size_t i = 0; i < lengths.size(); i++) {
      for (int32_t t = 0; t < lengths[i]; t++) {
        ids.push_back((numbers[i] * 7919 + t * 104729 + t * t) % vocabulary);
      }
      offsets.push_back(static_cast<int32_t>(ids.size()));
    }
  }
  Batch batch(bool hidden = false) const {
    return {ids.data(), offsets.data(), static_cast<int32_t>(offsets.size()) - 1, 0, hidden};
  }
};

/** Lengths of the sample texts: one longer than a chunk, and shorter ones of every remainder. */
extern std::vector<int32_t> sample_lengths;
/** Where the longest text stands. */
constexpr int32_t kLongest = 8;

/** 0, 1, 2 … */
std::vector<int32_t> numbered(size_t count);

/** The sample texts, numbered from 0. */
Texts sample_texts(int32_t vocabulary);

/** A small model with every part that there is, for tests that spoil one part after the other. */
RandomModelOptions with_all_parts();

/** On the reference path. */
Model build_exact(RandomModelOptions, const Kernels&);
/** In the precision that the kernels are for. */
Model build(RandomModelOptions, const Kernels&);
Precision precision_of(const Kernels&);
/** Kernels in plain C++ that give the same. */
const Kernels& plain_kernels(const Kernels&);

/** The words of floats that a sound model never has where it has a scale: 3e38, and -1. */
constexpr int32_t kHugeNumber = 0x7f61b1e6, kMinusOne = -0x40800000;

/** Vectors, or hidden states, of all texts. */
std::vector<float> embed(const Model&, const Kernels&, const Texts&, bool hidden = false);

double worst_cosine(const std::vector<float>& a, const std::vector<float>& b, size_t width);

}  // namespace octavec
