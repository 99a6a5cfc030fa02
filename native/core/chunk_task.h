/** What a team has in hand while it works on a chunk: the task itself, buffers that all share, and each member's own.
 */
#pragma once
#include <atomic>
#include "batch.h"
#include "buffer.h"
#include "model.h"
#include "team.h"

namespace octavec {

/** Buffers of a chunk, shared by the team that works on it. */
struct ChunkBuffers {
  /** [tokens × hidden] the residual stream, in the end the hidden states. */
  Buffer<float> hidden;
  /** [tokens × qkv width]; the attention's result takes the queries' place. */
  Buffer<float> qkv;
  Buffer<int8_t> keys, values;
  Buffer<float> key_scale, key_offset, value_scale;

  void reserve(const Model&, const Kernels&, const Batch&, const Chunk&);
};

/** Buffers of one member of a team, for the rows that are its own. */
struct MemberBuffers {
  Buffer<uint8_t> quantized, ffn_quantized, attention;
  /** The codes of a panel whose weights have four bits. */
  Buffer<int8_t> panel;
  Buffer<RowScale> scales, ffn_scales;
  Buffer<float> normed, ffn, ranges;
  /** [rows × hidden] and [rows × inner] of the rows that are pooled, where those are not all. */
  Buffer<float> pooled;
  void reserve(const Model&, const Kernels&, const Batch&, const Chunk&, int32_t rows);
};

/** Everything that the members of a team share. */
struct ChunkTask {
  const Model& model;
  const Kernels& kernels;
  const Batch& batch;
  Chunk chunk;
  ChunkBuffers& buffers;
  Team& team;
  const std::atomic<bool>& cancelled;

  float* hidden_row(int32_t row) const { return buffers.hidden.data() + size_t(row) * model.hidden; }
  float* qkv_row(int32_t row) const { return buffers.qkv.data() + size_t(row) * model.qkv_width(); }

  /** Calls visit(row, token, first token of its text) for rows of the chunk. */
  template <class Visit>
  void for_tokens(const Share& rows, Visit visit) const {
    int32_t text = chunk.first_text;
    for (int32_t row = rows.begin; row < rows.end; row++) {
      const int32_t token = chunk.first_token + row;
      while (batch.offsets[text + 1] <= token) {
        text++;
      }
      visit(row, token, batch.offsets[text]);
    }
  }
};

}  // namespace octavec
