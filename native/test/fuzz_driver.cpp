// In place of libFuzzer where there is no clang: inputs made at random, each from a number of its own, for so many
// seconds: fuzz_… seconds [first]. The number of one that does harm is printed.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
extern "C" void __sanitizer_set_death_callback(void (*callback)());

namespace {

uint32_t running = 0;

/** Bytes at random, and words that sizes and counts are likely to be mistaken at. */
std::vector<uint8_t> input_of(uint32_t number) {
  static constexpr int32_t words[] = {0,  1,   -1,   2,     3,         16,        17,        63,
                                      64, 128, 4096, 65536, INT32_MAX, INT32_MIN, 0x7fc00000};
  std::mt19937 random(number);
  std::vector<uint8_t> bytes(2 + random() % (random() % 4 == 0 ? 1000 : 30));
  for (uint8_t& byte : bytes) {
    byte = static_cast<uint8_t>(random());
  }
  for (size_t at = 2 + random() % 4; at + 4 <= bytes.size(); at += 4 + 2 * (random() % 2)) {
    if (random() % 4 != 0) {
      std::memcpy(&bytes[at], &words[random() % (sizeof words / sizeof *words)], 4);
    }
  }
  return bytes;
}

}  // namespace

int main(int count, char** arguments) {
  const double seconds = count > 1 ? std::atof(arguments[1]) : 60;
  const uint32_t first = count > 2 ? static_cast<uint32_t>(std::atoll(arguments[2])) : 0;
  __sanitizer_set_death_callback([] { std::fprintf(stderr, "input %u\n", running); });
  const auto start = std::chrono::steady_clock::now();
  for (running = first; std::chrono::steady_clock::now() - start < std::chrono::duration<double>(seconds); running++) {
    const std::vector<uint8_t> input = input_of(running);
    LLVMFuzzerTestOneInput(input.data(), input.size());
  }
  std::printf("%u inputs, none did harm\n", running - first);
  return 0;
}
