/** The mean of rows of a table: what a static model is. */
#pragma once
#include <cstddef>
#include <cstdint>

namespace octavec {

/** Token t counts with weights[t] * scales[r] * rows[r], where r is mapping[t]. Null pointers stand for ones, and for r
 * = t. */
struct StaticTable {
  /** [rows x columns], need not be aligned. */
  const uint8_t* rows;
  /** OCTAVEC_F32, OCTAVEC_F16 or OCTAVEC_S8. */
  int32_t type;
  int64_t columns;
  /** [rows] */
  const float* scales;
  /** [tokens] */
  const float* weights;
  /** [tokens] */
  const int32_t* mapping;
};

/**
 * The mean of each text's token vectors, zeros for a text without tokens: `out` is [texts x columns]. Ids must be
 * sound. src/static/average-rows.ts does the same, operation by operation.
 */
void average_rows(const StaticTable&, const int32_t* ids, const int32_t* offsets, int32_t texts, bool normalize,
                  float* out);

}  // namespace octavec
