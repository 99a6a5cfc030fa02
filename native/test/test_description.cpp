/** What a caller gives that is not sound: descriptions, batches. */
#include <cstdint>
#include <stdexcept>
#include "expect.h"
#include "samples.h"
#include "tests.h"

namespace octavec {

namespace {

/** The word of a description that holds the scores' scale. */
constexpr size_t kScoreScale = 12;

bool refuses(const RandomModel& model, const std::vector<int32_t>& words) {
  try {
    read_description(words.data(), words.size(), model.tensors.data(), model.tensors.size());
    return false;
  } catch (const std::invalid_argument&) {
    return true;
  }
}

}  // namespace

/** Every word of a sound description replaced by hostile ones: a refusal, or a model that still runs. */
void test_hostile_descriptions(const Kernels& kernels) {
  RandomModelOptions options = with_all_parts();
  options.precision = static_cast<int32_t>(precision_of(kernels));
  const RandomModel model(options);
  expect(!refuses(model, model.words), "a sound description is taken");
  for (size_t length = 0; length < model.words.size(); length++) {
    expect(refuses(model, {model.words.begin(), model.words.begin() + length}), "a shortened description is refused");
  }
  std::vector<int32_t> negative = model.words;
  negative[kScoreScale] = kMinusOne;
  expect(refuses(model, negative), "a negative scale of scores is refused");
  RandomModelOptions twice;
  twice.pooling = {0, 1, 0};
  const RandomModel repeated(twice);
  expect(refuses(repeated, repeated.words), "a pooling mode that is named twice is refused");
  const Texts texts({3, 9}, {1, 2}, 30);
  for (size_t i = 0; i < model.words.size(); i++) {
    for (const int32_t value :
         {-2, -1, 0, 1, 2, 3, 17, 63, 64, 128, 65536, INT32_MAX, INT32_MIN, 0x7fc00000, kHugeNumber, kMinusOne}) {
      std::vector<int32_t> words = model.words;
      words[i] = value;
      try {
        const ModelDescription description =
            read_description(words.data(), words.size(), model.tensors.data(), model.tensors.size());
        if (!fits(description, kernels)) {
          continue;
        }
        const Model built = build_model(description, kernels);
        check_batch(texts.batch(), built);
        embed(built, kernels, texts);
      } catch (const std::invalid_argument&) {
      }
    }
  }
}

void test_batches_that_are_refused(const Kernels& kernels) {
  const Model model = build(architectures()[0].options, kernels);
  const auto refused = [&](std::vector<int32_t> ids, std::vector<int32_t> offsets) {
    const Batch batch{ids.data(), offsets.data(), static_cast<int32_t>(offsets.size()) - 1, 0, 0};
    try {
      check_batch(batch, model);
      return false;
    } catch (const std::invalid_argument&) {
      return true;
    }
  };
  expect(refused({1, 2}, {0, 0, 2}), "an empty text");
  expect(refused({1, 2}, {1, 2}), "offsets that do not begin at 0");
  expect(refused({1, 2}, {0, 2, 1}), "offsets that fall");
  expect(refused({1, -1}, {0, 2}), "a negative id");
  expect(refused({1, model.vocabulary}, {0, 2}), "an id beyond the vocabulary");
  expect(refused(std::vector<int32_t>(601, 1), {0, 601}), "a text that is too long");
  expect(!refused({1, 2}, {0, 1, 2}), "a sound batch");
}

}  // namespace octavec
