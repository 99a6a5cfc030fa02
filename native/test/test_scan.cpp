/** The scan of vectors: scores and choice against plain arithmetic, for all kinds, widths and numbers of threads. */
#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>
#include "../core/scan.h"
#include "expect.h"
#include "tests.h"

namespace octavec {
namespace {

/** Rows of one kind, and what each scores by plain arithmetic. */
struct Scanned {
  std::vector<float> floats, scales;
  std::vector<int8_t> codes;
  std::vector<uint8_t> bits;
  /** A row more than there are: the last is the query. */
  ScanRequest request{};
  std::vector<double> scores;

  Scanned(ScanKind kind, size_t rows, size_t columns, uint32_t seed) {
    std::mt19937 random(seed);
    request.kind = kind;
    request.rows = rows;
    request.columns = columns;
    request.query_scale = 0.5f;
    if (kind == ScanKind::kFloat32) {
      fill_floats(random);
    } else if (kind == ScanKind::kInt8) {
      fill_codes(random);
    } else {
      fill_bits(random);
    }
  }

 private:
  void fill_floats(std::mt19937& random) {
    const size_t width = request.columns;
    for (size_t i = 0; i < (request.rows + 1) * width; i++) {
      floats.push_back(static_cast<float>(random() % 2001) / 1000.0f - 1);
    }
    request.data = floats.data();
    request.query = floats.data() + request.rows * width;
    for (size_t row = 0; row < request.rows; row++) {
      double sum = 0;
      for (size_t i = 0; i < width; i++) {
        sum += double(floats[row * width + i]) * floats[request.rows * width + i];
      }
      scores.push_back(sum);
    }
  }

  void fill_codes(std::mt19937& random) {
    const size_t width = request.columns;
    for (size_t i = 0; i < (request.rows + 1) * width; i++) {
      codes.push_back(static_cast<int8_t>(random() % 256 - 128));
    }
    request.data = codes.data();
    request.query = codes.data() + request.rows * width;
    for (size_t row = 0; row < request.rows; row++) {
      scales.push_back(static_cast<float>(1 + row % 5) * 0.25f);
      double sum = 0;
      for (size_t i = 0; i < width; i++) {
        sum += double(codes[row * width + i]) * codes[request.rows * width + i];
      }
      scores.push_back(sum * scales[row] * request.query_scale);
    }
    request.scales = scales.data();
  }

  void fill_bits(std::mt19937& random) {
    const size_t bytes = (request.columns + 7) / 8, unused = bytes * 8 - request.columns;
    for (size_t i = 0; i < (request.rows + 1) * bytes; i++) {
      // The bits behind the last column are zero.
      bits.push_back(static_cast<uint8_t>(random() & (i % bytes == bytes - 1 ? 0xff >> unused : 0xff)));
    }
    request.data = bits.data();
    request.query = bits.data() + request.rows * bytes;
    for (size_t row = 0; row < request.rows; row++) {
      int different = 0;
      for (size_t i = 0; i < request.columns; i++) {
        const uint8_t mask = static_cast<uint8_t>(1 << i % 8);
        different += (bits[row * bytes + i / 8] & mask) != (bits[request.rows * bytes + i / 8] & mask);
      }
      scores.push_back(1 - 2.0 * different / double(request.columns));
    }
  }
};

/** How many rows are allowed and score at least as much as the one in place `top`, less the margin. */
std::vector<uint32_t> rows_to_find(const ScanRequest& request, const std::vector<float>& scores) {
  std::vector<float> falling;
  for (size_t row = 0; row < request.rows; row++) {
    if (request.allowed == nullptr || request.allowed[row] != 0) {
      falling.push_back(scores[row]);
    }
  }
  std::sort(falling.rbegin(), falling.rend());
  std::vector<uint32_t> rows;
  for (size_t row = 0; row < request.rows; row++) {
    const bool allowed = request.allowed == nullptr || request.allowed[row] != 0;
    if (allowed && (falling.size() < request.top || scores[row] >= falling[request.top - 1] - request.margin)) {
      rows.push_back(static_cast<uint32_t>(row));
    }
  }
  return rows;
}

/** Scores of all rows, which are those of plain arithmetic. */
std::vector<float> expect_scores(const Scanned& scanned, const std::string& where) {
  ScanRequest request = scanned.request;
  request.top = request.rows;
  const ScannedRows all = scan_rows(request);
  expect(all.rows == rows_to_find(request, std::vector<float>(request.rows, 0)), "all rows are found" + where);
  bool alike = all.scores.size() == request.rows;
  for (size_t row = 0; alike && row < request.rows; row++) {
    alike = std::fabs(all.scores[row] - scanned.scores[row]) <= 1e-5 * (1 + std::fabs(scanned.scores[row]));
  }
  expect(alike, "scores are those of plain arithmetic" + where);
  return all.scores;
}

void test_choice(const Scanned& scanned, const std::vector<float>& scores, const std::string& where) {
  std::vector<uint8_t> some(scanned.request.rows);
  for (size_t row = 0; row < some.size(); row++) {
    some[row] = row % 3 != 1;
  }
  for (const size_t top : {size_t{1}, size_t{7}, scanned.request.rows + 5}) {
    for (const uint8_t* allowed : {static_cast<const uint8_t*>(nullptr), static_cast<const uint8_t*>(some.data())}) {
      ScanRequest request = scanned.request;
      request.top = top;
      request.allowed = allowed;
      request.margin = 0.25f;
      const std::vector<uint32_t> wanted = rows_to_find(request, scores);
      for (request.threads = 1; request.threads <= 4; request.threads++) {
        const ScannedRows found = scan_rows(request);
        bool same = found.rows == wanted && found.scores.size() == wanted.size();
        for (size_t i = 0; same && i < wanted.size(); i++) {
          same = found.scores[i] == scores[wanted[i]];
        }
        expect(same, "the best rows, with " + std::to_string(request.threads) + " threads" + where);
      }
    }
  }
}

/** Nobody is asked for anything, nobody is there, or nobody is allowed. */
void test_nothing_to_find(ScanKind kind) {
  Scanned none(kind, 0, 5, 1), few(kind, 3, 5, 1);
  none.request.top = 4;
  none.request.threads = 3;
  expect(scan_rows(none.request).rows.empty(), "no rows");
  const std::vector<uint8_t> nobody(3);
  few.request.top = 2;
  few.request.allowed = nobody.data();
  few.request.threads = 5;
  expect(scan_rows(few.request).rows.empty(), "no row is allowed, and there are fewer rows than threads");
  few.request.allowed = nullptr;
  few.request.top = 0;
  expect(!scan_rows(few.request).rows.empty(), "at least the best one is found");
}

/** A row of which a number is none scores nothing, wherever it stands; the others are found as ever. */
void test_rows_of_nan() {
  for (const size_t rows : {size_t{4}, size_t{1500}}) {
    for (const int threads : {1, 3}) {
      Scanned scanned(ScanKind::kFloat32, rows, 5, 1);
      std::vector<float> scores = expect_scores(scanned, ", before there is any NaN");
      for (const size_t row : {size_t{0}, size_t{1}, rows - 1}) {
        scanned.floats[row * 5 + 2] = NAN;
        scores[row] = -INFINITY;
      }
      for (const size_t top : {size_t{1}, size_t{3}, rows}) {
        ScanRequest request = scanned.request;
        request.top = top;
        request.threads = threads;
        request.margin = 0.25f;
        std::vector<uint32_t> wanted = rows_to_find(request, scores);
        wanted.erase(std::remove_if(wanted.begin(), wanted.end(), [&](uint32_t row) { return scores[row] < -1e30f; }),
                     wanted.end());
        expect(!wanted.empty() && scan_rows(request).rows == wanted, "rows of NaN hide no others");
      }
    }
  }
}

/** More threads are asked for than a system has: those that the rows are worth are started, and nothing ends. */
void test_far_too_many_threads(ScanKind kind) {
  Scanned scanned(kind, 600, 5, 1);
  scanned.request.top = 600;
  scanned.request.threads = 1 << 22;
  expect(scan_rows(scanned.request).rows.size() == 600, "far too many threads");
}

}  // namespace

void test_scan() {
  for (const ScanKind kind : {ScanKind::kFloat32, ScanKind::kInt8, ScanKind::kBinary}) {
    for (const size_t columns : {1, 7, 8, 15, 16, 31, 32, 33, 64, 65, 100, 384}) {
      for (const size_t rows : {1, 50, 1500}) {
        const Scanned scanned(kind, rows, columns, static_cast<uint32_t>(rows + columns));
        const std::string where = ", kind " + std::to_string(static_cast<int>(kind)) + ", " + std::to_string(rows) +
                                  " × " + std::to_string(columns);
        const std::vector<float> scores = expect_scores(scanned, where);
        test_choice(scanned, scores, where);
      }
    }
    test_nothing_to_find(kind);
    test_far_too_many_threads(kind);
  }
  test_rows_of_nan();
}

}  // namespace octavec
