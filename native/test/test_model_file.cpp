/** Packed models: what was written gives the same bits, what is damaged is refused. */
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include "../core/model_file.h"
#include "expect.h"
#include "samples.h"
#include "tests.h"

namespace octavec {

namespace {

/** A file's bytes, at a multiple of 64. */
Buffer<uint8_t> file_bytes(const char* path) {
  std::ifstream file(path, std::ios::binary);
  const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
  Buffer<uint8_t> copy(bytes.size());
  std::copy(bytes.begin(), bytes.end(), copy.data());
  return copy;
}

bool refuses_file(const Buffer<uint8_t>& bytes, size_t size, const Kernels& kernels) {
  try {
    read_model_file(bytes.data(), size, kernels);
    return false;
  } catch (const std::invalid_argument&) {
    return true;
  }
}

constexpr const char* kFile = "test_engine.packed";

}  // namespace

/** A model that was written and mapped gives the bits of the one that was built. */
void test_model_file(const Architecture& architecture, const Kernels& kernels) {
  const std::string where = std::string(" ") + architecture.name + " on " + kernels.name;
  const Model built = build(architecture.options, kernels);
  write_model_file(built, kernels, kFile);
  const Model mapped = map_model_file(kFile, kernels);
  const Texts texts = sample_texts(built.vocabulary);
  expect(embed(mapped, kernels, texts) == embed(built, kernels, texts), "a mapped model gives the same bits" + where);
  expect(mapped.bytes() == built.bytes(), "a mapped model has the same size" + where);
  std::remove(kFile);
}

/** Every word of a file's header and facts replaced by hostile ones: a refusal, or a model that still runs. */
void test_hostile_files(const Kernels& kernels) {
  write_model_file(build(with_all_parts(), kernels), kernels, kFile);
  Buffer<uint8_t> bytes = file_bytes(kFile);
  std::remove(kFile);
  expect(!refuses_file(bytes, bytes.size(), kernels), "a sound file is taken");
  for (size_t size = 0; size < bytes.size(); size += size < 4096 ? 1 : 997) {
    expect(refuses_file(bytes, size, kernels), "a shortened file is refused");
  }
  for (const Kernels* others :
       {find_kernels("portable"), find_kernels("portable-16bit"), find_kernels("portable-bf16")}) {
    const bool alike = others->number_bytes == kernels.number_bytes && others->short_sums == kernels.short_sums;
    expect(refuses_file(bytes, bytes.size(), *others) != alike, "a file for other kernels is refused");
  }
  const Texts texts({3, 9}, {1, 2}, 30);
  uint64_t fact_bytes;
  std::memcpy(&fact_bytes, bytes.data() + 24, sizeof fact_bytes);
  bytes.data()[kModelFileHeader + 8] ^= 1;
  expect(refuses_file(bytes, bytes.size(), kernels), "a file with another bit in its facts is refused");
  bytes.data()[kModelFileHeader + 8] ^= 1;
  for (size_t i = 0; i < kModelFileHeader + fact_bytes; i += 4) {
    int32_t sound;
    std::memcpy(&sound, bytes.data() + i, 4);
    for (const int32_t value : {-1, 0, 1, 2, 17, 63, 64, 128, 65536, INT32_MAX, INT32_MIN, 0x7fc00000, kHugeNumber,
                                kMinusOne, sound + 64, sound - 64}) {
      std::memcpy(bytes.data() + i, &value, 4);
      const uint64_t hash = hash_facts(bytes.data() + kModelFileHeader, fact_bytes);
      std::memcpy(bytes.data() + kModelFileHeader - sizeof hash, &hash, sizeof hash);
      try {
        const Model model = read_model_file(bytes.data(), bytes.size(), kernels);
        check_batch(texts.batch(), model);
        embed(model, kernels, texts);
      } catch (const std::invalid_argument&) {
      }
    }
    std::memcpy(bytes.data() + i, &sound, 4);
  }
}

}  // namespace octavec
