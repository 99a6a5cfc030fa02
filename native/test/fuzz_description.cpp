// Fuzz target (libFuzzer): any bytes as a description, with tensors of usual shapes to point to. A refusal, or a model
// that runs; never a crash. Built and run by scripts/test-native.mjs --fuzz.
#include <cstring>
#include <stdexcept>
#include <vector>
#include "../core/isa.h"
#include "../core/session.h"
#include "random_model.h"

using namespace octavec;

namespace {

RandomModelOptions small() {
  RandomModelOptions options;
  options.layers = 1;
  options.max_tokens = 16;
  options.vocabulary = 20;
  return options;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const RandomModel sound(small());
  // The first byte says how much of a sound description comes first, so that deep parts are reached, too.
  if (size < 1) {
    return 0;
  }
  std::vector<int32_t> words(sound.words.begin(), sound.words.begin() + data[0] % (sound.words.size() + 1));
  const size_t kept = words.size();
  words.resize(kept + (size - 1) / 4);
  if (words.size() > kept) {
    std::memcpy(words.data() + kept, data + 1, (words.size() - kept) * 4);
  }
  for (const Kernels* kernels : all_kernels()) {
    try {
      const ModelDescription description =
          read_description(words.data(), words.size(), sound.tensors.data(), sound.tensors.size());
      if (!fits(description, *kernels)) {
        continue;
      }
      const Model model = build_model(description, *kernels);
      const int32_t ids[] = {1, 2, 3, 4, 5}, offsets[] = {0, 2, 5};
      const Batch batch{ids, offsets, 2, 0, 0};
      check_batch(batch, model);
      std::vector<float> out(2 * size_t(model.width()));
      run_here(model, *kernels, batch, out.data());
    } catch (const std::invalid_argument&) {
    }
  }
  return 0;
}
