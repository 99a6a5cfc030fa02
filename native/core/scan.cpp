#include "scan.h"
#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <memory>
#include <system_error>
#include <thread>
#include "cpu_features.h"
#if defined(__x86_64__)
#include <immintrin.h>
#define OCTAVEC_AVX2 __attribute__((target("avx2,fma,popcnt")))
#endif

namespace octavec {
namespace {

constexpr float kNothing = -std::numeric_limits<float>::infinity();

/** Scores of the rows from `begin` to before `end`; `query` is in the form that the kernel wants. */
using Kernel = void (*)(const ScanRequest&, const void* query, size_t begin, size_t end, float* scores);

float sum_tail(const int8_t* row, const int16_t* query, size_t from, size_t columns, int32_t sum) {
  for (size_t i = from; i < columns; i++) {
    sum += row[i] * query[i];
  }
  return static_cast<float>(sum);
}

void int8_portable(const ScanRequest& r, const void* query, size_t begin, size_t end, float* scores) {
  const auto* codes = static_cast<const int8_t*>(r.data);
  for (size_t row = begin; row < end; row++) {
    const float sum = sum_tail(codes + row * r.columns, static_cast<const int16_t*>(query), 0, r.columns, 0);
    scores[row] = sum * r.scales[row] * r.query_scale;
  }
}

void float_portable(const ScanRequest& r, const void* query, size_t begin, size_t end, float* scores) {
  const auto* wanted = static_cast<const float*>(query);
  for (size_t row = begin; row < end; row++) {
    const float* data = static_cast<const float*>(r.data) + row * r.columns;
    float sums[8] = {};
    size_t i = 0;
    for (; i + 8 <= r.columns; i += 8) {
      for (size_t lane = 0; lane < 8; lane++) {
        sums[lane] += data[i + lane] * wanted[i + lane];
      }
    }
    float sum = ((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7]));
    for (; i < r.columns; i++) {
      sum += data[i] * wanted[i];
    }
    scores[row] = sum;
  }
}

/** Bits in which a row differs, as the cosine of the signs. Always inlined: where it is decides how bits are counted.
 */
__attribute__((always_inline)) inline void compare_bits(const ScanRequest& r, const void* query, size_t begin,
                                                        size_t end, float* scores) {
  const size_t bytes = (r.columns + 7) / 8;
  const auto* wanted = static_cast<const uint8_t*>(query);
  for (size_t row = begin; row < end; row++) {
    const uint8_t* data = static_cast<const uint8_t*>(r.data) + row * bytes;
    int different = 0;
    size_t i = 0;
    for (; i + 8 <= bytes; i += 8) {
      uint64_t a, b;
      std::memcpy(&a, data + i, 8);
      std::memcpy(&b, wanted + i, 8);
      different += __builtin_popcountll(a ^ b);
    }
    for (; i < bytes; i++) {
      different += __builtin_popcountll(static_cast<uint64_t>(data[i] ^ wanted[i]));
    }
    scores[row] = 1.0f - 2.0f * static_cast<float>(different) / static_cast<float>(r.columns);
  }
}

void bits_portable(const ScanRequest& r, const void* query, size_t begin, size_t end, float* scores) {
  compare_bits(r, query, begin, end, scores);
}

#if defined(__x86_64__)

OCTAVEC_AVX2 inline int32_t sum_of(__m256i v) {
  const __m128i four = _mm_add_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
  const __m128i two = _mm_add_epi32(four, _mm_shuffle_epi32(four, 0x4e));
  return _mm_cvtsi128_si32(_mm_add_epi32(two, _mm_shuffle_epi32(two, 0xb1)));
}

OCTAVEC_AVX2 inline __m256i widened(const int8_t* codes) {
  return _mm256_cvtepi8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(codes)));
}

OCTAVEC_AVX2 void int8_avx2(const ScanRequest& r, const void* query, size_t begin, size_t end, float* scores) {
  const auto* codes = static_cast<const int8_t*>(r.data);
  const auto* wanted = static_cast<const int16_t*>(query);
  for (size_t row = begin; row < end; row++) {
    const int8_t* data = codes + row * r.columns;
    __m256i even = _mm256_setzero_si256(), odd = _mm256_setzero_si256();
    size_t i = 0;
    for (; i + 32 <= r.columns; i += 32) {
      const auto* q = reinterpret_cast<const __m256i*>(wanted + i);
      even = _mm256_add_epi32(even, _mm256_madd_epi16(widened(data + i), _mm256_loadu_si256(q)));
      odd = _mm256_add_epi32(odd, _mm256_madd_epi16(widened(data + i + 16), _mm256_loadu_si256(q + 1)));
    }
    const float sum = sum_tail(data, wanted, i, r.columns, sum_of(_mm256_add_epi32(even, odd)));
    scores[row] = sum * r.scales[row] * r.query_scale;
  }
}

OCTAVEC_AVX2 void float_avx2(const ScanRequest& r, const void* query, size_t begin, size_t end, float* scores) {
  const auto* wanted = static_cast<const float*>(query);
  for (size_t row = begin; row < end; row++) {
    const float* data = static_cast<const float*>(r.data) + row * r.columns;
    __m256 even = _mm256_setzero_ps(), odd = _mm256_setzero_ps();
    size_t i = 0;
    for (; i + 16 <= r.columns; i += 16) {
      even = _mm256_fmadd_ps(_mm256_loadu_ps(data + i), _mm256_loadu_ps(wanted + i), even);
      odd = _mm256_fmadd_ps(_mm256_loadu_ps(data + i + 8), _mm256_loadu_ps(wanted + i + 8), odd);
    }
    float lanes[8];
    _mm256_storeu_ps(lanes, _mm256_add_ps(even, odd));
    float sum = ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) + ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]));
    for (; i < r.columns; i++) {
      sum += data[i] * wanted[i];
    }
    scores[row] = sum;
  }
}

OCTAVEC_AVX2 void bits_avx2(const ScanRequest& r, const void* query, size_t begin, size_t end, float* scores) {
  compare_bits(r, query, begin, end, scores);
}

#endif

Kernel kernel_of(ScanKind kind) {
#if defined(__x86_64__)
  static const bool avx2 = has_avx2();
  if (avx2) {
    return kind == ScanKind::kInt8 ? int8_avx2 : kind == ScanKind::kFloat32 ? float_avx2 : bits_avx2;
  }
#endif
  return kind == ScanKind::kInt8 ? int8_portable : kind == ScanKind::kFloat32 ? float_portable : bits_portable;
}

/** The best scores that were offered, the least of them on top. */
class Best {
 public:
  explicit Best(size_t most) : most_(most) { scores_.reserve(most); }

  void offer(float score) {
    if (scores_.size() < most_) {
      scores_.push_back(score);
      std::push_heap(scores_.begin(), scores_.end(), std::greater<float>());
    } else if (score > scores_.front()) {
      std::pop_heap(scores_.begin(), scores_.end(), std::greater<float>());
      scores_.back() = score;
      std::push_heap(scores_.begin(), scores_.end(), std::greater<float>());
    }
  }
  const std::vector<float>& scores() const { return scores_; }
  /** That of the last of them; -∞ while there are fewer. */
  float least() const { return scores_.size() < most_ ? kNothing : scores_.front(); }

 private:
  const size_t most_;
  std::vector<float> scores_;
};

/** Scored and chosen from together, while they are in the cache. */
constexpr size_t kRowsAtOnce = 256;

void scan_part(const ScanRequest& request, const void* query, size_t begin, size_t end, float* scores, Best& best) {
  const Kernel kernel = kernel_of(request.kind);
  for (size_t start = begin; start < end; start += kRowsAtOnce) {
    const size_t stop = std::min(end, start + kRowsAtOnce);
    kernel(request, query, start, stop, scores);
    for (size_t row = start; row < stop; row++) {
      const bool allowed = request.allowed == nullptr || request.allowed[row] != 0;
      // A score that is no number would be above all others, or below them, wherever it stands.
      if (!allowed || std::isnan(scores[row])) {
        scores[row] = kNothing;
      } else {
        best.offer(scores[row]);
      }
    }
  }
}

/** Calls part(0) to part(parts - 1), on a thread each, or on this one where the system has no more. */
template <class Part>
void run_parts(size_t parts, const Part& part) {
  std::vector<std::thread> others;
  others.reserve(parts);
  size_t started = 1;
  try {
    for (; started < parts; started++) {
      others.emplace_back(part, started);
    }
  } catch (const std::system_error&) {
  }
  part(0);
  for (size_t i = started; i < parts; i++) {
    part(i);
  }
  for (std::thread& other : others) {
    other.join();
  }
}

}  // namespace

ScannedRows scan_rows(const ScanRequest& request) {
  const size_t top = std::min(std::max<size_t>(request.top, 1), request.rows);
  ScannedRows found;
  if (top == 0) {
    return found;
  }
  std::vector<int16_t> wide;
  const void* query = request.query;
  if (request.kind == ScanKind::kInt8) {
    const auto* codes = static_cast<const int8_t*>(request.query);
    wide.assign(codes, codes + request.columns);
    query = wide.data();
  }
  // Not cleared: every score is written before it is read.
  const std::unique_ptr<float[]> scores(new float[request.rows]);
  // A thread is not worth its start for fewer rows than are scored at once.
  const size_t parts = std::max<size_t>(1, std::min<size_t>(std::max(1, request.threads), request.rows / kRowsAtOnce));
  std::vector<Best> best;
  best.reserve(parts);
  for (size_t i = 0; i < parts; i++) {
    best.emplace_back(top);
  }
  const auto part = [&](size_t i) {
    scan_part(request, query, request.rows * i / parts, request.rows * (i + 1) / parts, scores.get(), best[i]);
  };
  run_parts(parts, part);
  for (size_t i = 1; i < parts; i++) {
    for (const float score : best[i].scores()) {
      best[0].offer(score);
    }
  }
  // Of equal scores all are taken; those that are not allowed are below every threshold.
  const float threshold = std::max(best[0].least() - request.margin, std::numeric_limits<float>::lowest());
  for (size_t row = 0; row < request.rows; row++) {
    if (scores[row] >= threshold) {
      found.rows.push_back(static_cast<uint32_t>(row));
      found.scores.push_back(scores[row]);
    }
  }
  return found;
}

}  // namespace octavec
