/** Finds the rows that are most like a vector by comparing it with all of them. */
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace octavec {

enum class ScanKind { kFloat32, kInt8, kBinary };

/** What is compared, as it lies in memory. */
struct ScanRequest {
  ScanKind kind;
  /** [rows × columns] float or int8_t, or [rows × ⌈columns / 8⌉] bytes of bits. */
  const void* data;
  /** [rows] for int8: what a code is worth. */
  const float* scales = nullptr;
  /** [columns], of the type of the rows. */
  const void* query;
  float query_scale = 1;
  /** [rows] 1 for those that are looked at; null for all. */
  const uint8_t* allowed = nullptr;
  size_t rows;
  size_t columns;
  /** So many rows, and those that score at most `margin` less than the last of them. */
  size_t top;
  float margin = 0;
  /** At most. */
  int threads = 1;
};

struct ScannedRows {
  /** In rising order. */
  std::vector<uint32_t> rows;
  std::vector<float> scores;
};

/** Throws std::bad_alloc. */
ScannedRows scan_rows(const ScanRequest& request);

}  // namespace octavec
