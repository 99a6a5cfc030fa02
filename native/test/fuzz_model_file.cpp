// Fuzz target (libFuzzer): packed models with some of their words replaced and a hash that fits. A refusal, or a model
// that runs; never a crash. Built and run by scripts/test-native.mjs --fuzz.
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <vector>
#include "../core/isa.h"
#include "../core/model_file.h"
#include "../core/session.h"
#include "architectures.h"

using namespace octavec;

namespace {

/** The bytes of small packed models of every kind. */
std::vector<std::vector<char>> sound_files(const Kernels& kernels) {
  constexpr const char* path = "fuzz_model_file.packed";
  std::vector<std::vector<char>> all;
  for (const RandomModelOptions& options : smallest_models()) {
    write_model_file(build_model(RandomModel(options).description(), kernels), kernels, path);
    std::ifstream file(path, std::ios::binary);
    all.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    std::remove(path);
  }
  return all;
}

}  // namespace

/** A byte names a file; then two bytes say which word of header and facts, four what it becomes. */
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const Kernels& kernels = *find_kernels("portable");
  static const std::vector<std::vector<char>> files = sound_files(kernels);
  if (size < 1) {
    return 0;
  }
  const std::vector<char>& sound = files[data[0] % files.size()];
  Buffer<uint8_t> bytes(sound.size());
  std::copy(sound.begin(), sound.end(), bytes.data());
  uint64_t fact_bytes;
  std::memcpy(&fact_bytes, bytes.data() + 24, sizeof fact_bytes);
  const size_t words = (kModelFileHeader + fact_bytes) / 4;
  for (data++, size--; size >= 6; data += 6, size -= 6) {
    const size_t word = (data[0] | data[1] << 8) % words;
    std::memcpy(bytes.data() + word * 4, data + 2, 4);
  }
  const uint64_t hash = hash_facts(bytes.data() + kModelFileHeader, fact_bytes);
  std::memcpy(bytes.data() + kModelFileHeader - sizeof hash, &hash, sizeof hash);
  try {
    const Model model = read_model_file(bytes.data(), bytes.size(), kernels);
    const int32_t ids[] = {1, 2, 3, 4, 5}, offsets[] = {0, 2, 5};
    const Batch batch{ids, offsets, 2, 0, 0};
    check_batch(batch, model);
    std::vector<float> out(2 * size_t(model.width()));
    run_here(model, kernels, batch, out.data());
  } catch (const std::invalid_argument&) {
  }
  return 0;
}
