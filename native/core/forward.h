/** A chunk of texts through the model, in INT8 or BF16. */
#pragma once
#include "chunk_task.h"

namespace octavec {

enum class Outcome { kDone, kCancelled, kNoMemory };

/**
 * Does member `rank`'s share. Afterwards, and after team.wait(), the hidden states stand in the chunk's buffers.
 * All members of a team get the same outcome.
 */
Outcome forward(const ChunkTask&, MemberBuffers&, int rank);

}  // namespace octavec
