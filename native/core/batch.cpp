#include "batch.h"
#include <algorithm>
#include <stdexcept>

namespace octavec {

void check_batch(const Batch& batch, const Model& model) {
  if (batch.texts < 0 || batch.unpooled_tokens < 0 || batch.offsets == nullptr || batch.offsets[0] != 0) {
    throw std::invalid_argument("the batch's offsets do not begin at 0");
  }
  for (int32_t i = 0; i < batch.texts; i++) {
    const int64_t tokens = int64_t{batch.offsets[i + 1]} - batch.offsets[i];
    if (tokens < 1 || tokens > model.max_tokens) {
      throw std::invalid_argument("text " + std::to_string(i) + " has " + std::to_string(tokens) +
                                  " tokens, the model takes 1 to " + std::to_string(model.max_tokens));
    }
  }
  for (int32_t i = 0; i < batch.offsets[batch.texts]; i++) {
    if (batch.ids[i] < 0 || batch.ids[i] >= model.vocabulary) {
      throw std::invalid_argument("token id " + std::to_string(batch.ids[i]) + " of " +
                                  std::to_string(model.vocabulary));
    }
  }
}

std::vector<Chunk> cut_batch(const Batch& batch, int32_t limit) {
  std::vector<Chunk> chunks;
  const int32_t total = batch.offsets[batch.texts];
  // Chunks of equal size rather than full ones and a rest.
  const int32_t count = std::max(1, (total + limit - 1) / limit);
  const int32_t target = (total + count - 1) / count;
  int32_t first = 0;
  while (first < batch.texts) {
    const int32_t start = batch.offsets[first];
    int32_t end = first + 1;
    // The next text still joins if that brings the chunk nearer to its target.
    while (end < batch.texts &&
           batch.offsets[end] - start + (batch.offsets[end + 1] - batch.offsets[end]) / 2 < target) {
      end++;
    }
    chunks.push_back({first, end, start, batch.offsets[end] - start});
    first = end;
  }
  return chunks;
}

}  // namespace octavec
