/**
 * What a set of kernels for one instruction set offers, as a table of functions over plain data.
 *
 * Every instruction set has one object file of its own that fills one such table. This header holds plain structs only:
 * anything with code in it could be compiled for AVX-512 in one object and merged by the linker into another.
 *
 * Numbers that are multiplied have one byte or two. One: activations are U8 per row (x = low + scale * q), weights S8
 * per output column (w = scale * q), products are exact int32. Two: everything is BF16 and products are summed in FP32;
 * scales are 1. The floating-point steps around the products run in the same order on sixteen lanes everywhere, with
 * fused multiply-adds, so that with one byte all instruction sets give the same bits.
 */
#pragma once
#include <cstddef>
#include <cstdint>

#if defined(_MSC_VER)
#define OCTAVEC_NOINLINE __declspec(noinline)
#else
#define OCTAVEC_NOINLINE __attribute__((noinline))
#endif

namespace octavec {

/** Lanes of a vector in the kernels' view, and columns of a group of packed weights. */
constexpr int kLanes = 16;
/** Columns that a linear layer works on at a time; its width must be a multiple of it. */
constexpr int kPanel = 64;
/** Rows in row buffers are rounded up to this, so that tile kernels may compute rows that nobody reads. */
constexpr int kRowPadding = 32;

struct RowScale {
  float scale;
  float low;
};

/**
 * Rows of numbers to multiply: [rows × depth], a row every `stride` bytes; buffers reach to the next multiple of
 * kRowPadding rows.
 */
struct QuantizedRows {
  const uint8_t* values;
  size_t stride;
  const RowScale* scales;
  int rows;
};

/**
 * Weights of four bits, in blocks of inputs: those of a block become S8 codes by a step and an offset that each column
 * has for it, and then have the column's scale as others do.
 *
 * With v = 4-bit code - 8, the code is (((v << 12) * step + 2^14 >> 15) + offset) >> 8, all in 16 bits.
 */
struct NarrowWeights {
  /**
   * [columns / 16][blocks]: 16 steps and 16 offsets of 16 bits, then [block / 8][16][2] words of 16 bits. A word holds
   * v of four inputs: of eight inputs, 0, 1, 4, 5 in the first word of a column and 2, 3, 6, 7 in the second, from the
   * highest bits on.
   */
  const uint8_t* blocks;
  /** Inputs of a block, a multiple of 8. */
  int block;
  /** Leading columns that have such weights, a multiple of kPanel. */
  int columns;
  /** Room for the S8 codes of a panel, [kPanel × inputs]. */
  int8_t* panel;
};

/** A linear layer, y = x W + b. */
struct PackedLinear {
  /** [columns / 16][inputs × bytes of a number / 4][16][4 bytes], without those of `narrow`. */
  const int8_t* groups;
  /** [columns] */
  const float* scale;
  /** [columns] scale times the sum of a column's quantized weights: what `low` of a row is multiplied with. */
  const float* sum;
  /** [columns] */
  const float* bias;
  int inputs;
  int columns;
  NarrowWeights narrow;
};

enum class Activation : int32_t { kGelu = 0, kGeluTanh = 1, kRelu = 2, kSilu = 3 };

struct Norm {
  const float* gamma;
  const float* beta;
  float epsilon;
  /** RMSNorm: no mean is taken off. */
  bool rms;
};

/** Keys and values of one head of one sequence, quantized and packed as the right-hand sides of products. */
struct HeadMemory {
  /** [padded keys / 16][padded depth × bytes of a number / 4][16][4 bytes] */
  int8_t* keys;
  /** [padded keys] scales of keys, 0 for those that pad */
  float* key_scale;
  /**
   * [padded keys] -128 times the scale and the sum of a key's quantized numbers, because queries are stored as s8 +
   * 128; a number that puts keys that pad out of sight.
   */
  float* key_offset;
  /** [head width / 16][padded keys × bytes of a number / 4][16][4 bytes] */
  int8_t* values;
  /** [head width] */
  float* value_scale;
};

/** One head of one sequence. Rows of the projections stand every `stride` floats. */
struct HeadTask {
  const float* query;
  const float* key;
  const float* value;
  size_t stride;
  int keys;
  int head_width;
  HeadMemory memory;
};

struct AttentionTask {
  HeadTask head;
  /** Query rows to do. */
  int first_row;
  int end_row;
  /** 1 / sqrt(head width) * log2(e), or what the model says in place of the root. */
  float query_factor;
  /** Added to the scores (in units of log2): bias of key j for query i at [j - i], or null. */
  const float* relative_bias;
  /** How many keys before a query, and behind it, are seen. */
  int before, after;
  /** Where row `i` of the result goes: out + i * out_stride. May be the queries' own place. */
  float* out;
  size_t out_stride;
  /** At least `attention_scratch` bytes, 64-byte aligned. */
  uint8_t* scratch;
};

struct Kernels {
  const char* name;
  /** Bytes of the numbers that are multiplied: 1, or 2 for BF16. */
  int number_bytes;
  /** Tokens of a chunk that is good for this instruction set's caches. */
  int chunk_tokens;
  /**
   * Rows that go through the FFN at a time, a multiple of kRowPadding: its inner activations are the largest of all,
   * and should not leave the second cache.
   */
  int ffn_rows;
  /**
   * Whether products with weights are added up in sixteen bits. Of eight inputs' weights, 0, 1, 4, 5 and 2, 3, 6, 7
   * share a sum: those of the same sign must then add up to 128 at most (255 * 128 < 2^15).
   */
  bool short_sums;
  /** Keys and depth of packed keys and values are rounded up to these. */
  int key_step;
  int depth_step;
  /** Called by each thread once before it uses the other functions. */
  void (*enter_thread)();

  /** out[row][column] = y */
  void (*linear_store)(const QuantizedRows&, const PackedLinear&, float* out, size_t stride);
  /** out[row][column] += y */
  void (*linear_add)(const QuantizedRows&, const PackedLinear&, float* out, size_t stride);
  /** out[row][column] = activation(y); ranges: [rows][2][16] lane-wise minima and maxima. */
  void (*linear_activate)(const QuantizedRows&, const PackedLinear&, Activation, float* out, size_t stride,
                          float* ranges);
  /** As linear_activate for out = activation(a) * b, where panels of a (64 columns) and b alternate in the weights. */
  void (*linear_gated)(const QuantizedRows&, const PackedLinear&, Activation, float* out, size_t stride, float* ranges);

  /** Quantizes rows whose ranges are known. width: multiple of 16. */
  void (*quantize_ranged)(const float* rows, size_t stride, int count, int width, const float* ranges, uint8_t* out,
                          RowScale* scales);
  /** Quantizes rows, each number times its column's `factor` (null: 1). */
  void (*quantize_rows)(const float* rows, size_t stride, int count, int width, const float* factor, uint8_t* out,
                        RowScale* scales);
  /**
   * LayerNorm of rows into `out` (which may be `rows`), width numbers each, and with `quantized` given, quantized as by
   * quantize_rows.
   */
  void (*normalize_rows)(const float* rows, float* out, int count, int width, const Norm&, const float* factor,
                         uint8_t* quantized, RowScale* scales);

  /** out += the norm of `rows`, width numbers each. */
  void (*add_normalized)(const float* rows, float* out, int count, int width, const Norm&);
  /** The norm of each of `parts` parts of a row, `width` numbers each (a multiple of 16), in place. */
  void (*normalize_parts)(float* rows, size_t stride, int count, int parts, int width, const Norm&);
  /**
   * Turns the pairs (i, i + width / 2) of each head by the angles of the row's place. turns: cosines, then sines, of
   * width / 2 angles each.
   */
  void (*rotate_heads)(float* row, int heads, int width, const float* turns);
  /** out[n] = sum of row n of weights [outputs × inputs] times `in`, and the bias (null: none). */
  void (*multiply_floats)(const float* weights, const float* bias, const float* in, int inputs, int outputs,
                          float* out);

  /** Quantizes and packs keys and values. */
  void (*pack_head)(const HeadTask&);
  size_t (*attention_scratch)(int keys, int head_width);
  void (*attend)(const AttentionTask&);
};

}  // namespace octavec
