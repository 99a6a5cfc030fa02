/** Texts as token ids, and the chunks of whole texts in which they go through the model. */
#pragma once
#include <cstdint>
#include <string>
#include <vector>
#include "model.h"

namespace octavec {

using Batch = octavec_batch;

/** Texts `first_text` to before `end_text`, which have `tokens` tokens from `first_token` on. */
struct Chunk {
  int32_t first_text, end_text, first_token, tokens;
};

/** Throws std::invalid_argument if offsets, ids or lengths are not what the model can take. */
void check_batch(const Batch&, const Model&);

/** Chunks of about `limit` tokens; a text longer than that is alone in its chunk. */
std::vector<Chunk> cut_batch(const Batch&, int32_t limit);

}  // namespace octavec
