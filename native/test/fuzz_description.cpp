// Fuzz target (libFuzzer): any bytes as a description, with tensors of usual shapes to point to. A refusal, or a model
// that runs; never a crash. Built and run by scripts/test-native.mjs --fuzz.
#include <cstring>
#include <stdexcept>
#include <vector>
#include "../core/isa.h"
#include "../core/session.h"
#include "architectures.h"

using namespace octavec;

namespace {

std::vector<RandomModel> sound_models() {
  std::vector<RandomModel> all;
  for (const RandomModelOptions& options : smallest_models()) {
    all.emplace_back(options);
  }
  return all;
}

}  // namespace

/** A byte names a sound description; the next says how much of it comes first, so that deep parts are reached, too. */
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const std::vector<RandomModel> models = sound_models();
  if (size < 2) {
    return 0;
  }
  const RandomModel& sound = models[data[0] % models.size()];
  std::vector<int32_t> words(sound.words.begin(), sound.words.begin() + data[1] % (sound.words.size() + 1));
  const size_t kept = words.size();
  words.resize(kept + (size - 2) / 4);
  if (words.size() > kept) {
    std::memcpy(words.data() + kept, data + 2, (words.size() - kept) * 4);
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
