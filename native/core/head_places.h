/** Where the heads of a chunk's texts have their packed keys and values: one text after the other, padded. */
#pragma once
#include "batch.h"
#include "model.h"

namespace octavec {

inline size_t padded(size_t value, size_t step) { return (value + step - 1) / step * step; }

struct HeadPlaces {
  const Kernels& kernels;
  const Model& model;
  const Batch& batch;

  size_t keys_before(int32_t first_text, int32_t text) const {
    size_t total = 0;
    for (int32_t i = first_text; i < text; i++) {
      total += keys(i);
    }
    return total;
  }
  int32_t tokens(int32_t text) const { return batch.offsets[text + 1] - batch.offsets[text]; }
  size_t keys(int32_t text) const { return padded(tokens(text), kernels.key_step); }
  size_t depth() const { return padded(model.head_width, kernels.depth_step); }
};

}  // namespace octavec
