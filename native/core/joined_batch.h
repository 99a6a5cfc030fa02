/** Small batches of several callers as one, so that their texts go through the model together. */
#pragma once
#include <vector>
#include "batch.h"

namespace octavec {

/** Whether texts of two batches may stand in one: the same is to be done with them. */
inline bool fit_together(const Batch& a, const Batch& b) {
  return a.unpooled_tokens == b.unpooled_tokens && a.want_hidden == b.want_hidden;
}

/** Where the result of a batch's text goes. */
inline float* result_place(const Model& model, const Batch& batch, int32_t text, float* out) {
  return batch.want_hidden != 0 ? out + size_t(batch.offsets[text]) * model.hidden : out + size_t(text) * model.width();
}

/** A copy of the ids of batches that fit together. Its results go where those of each batch went. */
class JoinedBatch {
 public:
  explicit JoinedBatch(const Model& model) : model_(model) {}
  JoinedBatch(const JoinedBatch&) = delete;

  void add(const Batch& part, float* out) {
    const auto before = static_cast<int32_t>(ids_.size());
    ids_.insert(ids_.end(), part.ids, part.ids + part.offsets[part.texts]);
    for (int32_t text = 0; text < part.texts; text++) {
      offsets_.push_back(before + part.offsets[text + 1]);
      places_.push_back(result_place(model_, part, text, out));
    }
    batch_ = {ids_.data(), offsets_.data(), static_cast<int32_t>(places_.size()), part.unpooled_tokens,
              part.want_hidden};
  }

  const Batch& batch() const { return batch_; }
  float* place(int32_t text) const { return places_[text]; }

 private:
  const Model& model_;
  std::vector<int32_t> ids_, offsets_{0};
  std::vector<float*> places_;
  Batch batch_{};
};

}  // namespace octavec
