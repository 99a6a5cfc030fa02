/** A chunk of texts through the model, in INT8 or BF16. */
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
};

enum class Outcome { kDone, kCancelled, kNoMemory };

/**
 * Does member `rank`'s share. Afterwards, and after team.wait(), the hidden states stand in the chunk's buffers.
 * All members of a team get the same outcome.
 */
Outcome forward(const ChunkTask&, MemberBuffers&, int rank);

}  // namespace octavec
