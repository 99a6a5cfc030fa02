// How fast memory can be read: prints GB/s of so many threads that each read a share of so many megabytes, the best of ten times.
// Built and run by bench/vector-scan.mjs.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

static uint64_t sum(const uint64_t* from, size_t count) {
  uint64_t sums[32] = {};
  for (size_t i = 0; i + 32 <= count; i += 32) {
    for (int lane = 0; lane < 32; lane++) {
      sums[lane] ^= from[i + lane];
    }
  }
  uint64_t all = 0;
  for (uint64_t each : sums) {
    all ^= each;
  }
  return all;
}

int main(int, char** arguments) {
  const size_t threads = std::strtoul(arguments[1], nullptr, 10);
  const size_t words = std::strtoul(arguments[2], nullptr, 10) * 1000000 / 8;
  std::vector<uint64_t> memory(words, 1);
  std::vector<uint64_t> results(threads);
  double best = 1e9;
  for (int repeat = 0; repeat < 10; repeat++) {
    const auto start = std::chrono::steady_clock::now();
    std::vector<std::thread> readers;
    for (size_t i = 0; i < threads; i++) {
      readers.emplace_back([&, i] { results[i] = sum(memory.data() + words * i / threads, words / threads); });
    }
    for (std::thread& reader : readers) {
      reader.join();
    }
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    best = seconds < best ? seconds : best;
  }
  std::printf("%.2f %d\n", static_cast<double>(words) * 8 / best / 1e9, static_cast<int>(results[0] & 1));
}
