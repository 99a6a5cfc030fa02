/** From token ids to the first numbers of the residual stream. */
#pragma once
#include "chunk_task.h"

namespace octavec {

/** Words and positions of rows of a chunk, added up, before any norm. */
void embed_rows(const ChunkTask&, const Share& rows);

}  // namespace octavec
