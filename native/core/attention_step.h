/** Attention of a chunk's texts: keys and values are packed by the head, then each member does its own queries. */
#pragma once
#include <vector>
#include "chunk_task.h"

namespace octavec {

class AttentionStep {
 public:
  AttentionStep(const ChunkTask& task, MemberBuffers& own, int rank) : task_(task), own_(own), rank_(rank) {}

  /** Norms and rotary positions of the queries and keys of own rows. */
  void prepare(const Layer&, const Share& rows) const;
  /** Packs this member's share of the heads; their rows must be there. */
  void pack_heads() const;
  /** Attention of rows of the chunk, when all heads are packed. The results take their queries' place. */
  void attend(const Layer&, const Share& rows) const;
  /** Likewise, of some rows only, text by text. */
  void attend(const Layer&, const std::vector<int32_t>& rows) const;

 private:
  void normalize_heads(const NormWeights&, float* heads, int32_t rows, int32_t width) const;
  HeadTask head_task(int32_t text, size_t keys_before, int32_t key_value_head) const;
  void attend_text(const Layer&, int32_t text, size_t keys_before, int32_t first, int32_t end) const;

  const ChunkTask& task_;
  MemberBuffers& own_;
  const int rank_;
};

}  // namespace octavec
