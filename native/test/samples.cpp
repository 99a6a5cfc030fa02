#include "samples.h"
#include <cmath>

namespace octavec {

std::vector<int32_t> sample_lengths = {16, 5, 1, 130, 33, 2, 64, 47, 300, 17};

std::vector<int32_t> numbered(size_t count) {
  std::vector<int32_t> numbers(count);
  for (size_t i = 0; i < count; i++) {
    numbers[i] = static_cast<int32_t>(i);
  }
  return numbers;
}

Texts sample_texts(int32_t vocabulary) { return {sample_lengths, numbered(sample_lengths.size()), vocabulary}; }

RandomModelOptions with_all_parts() {
  RandomModelOptions options;
  options.layers = 1;
  options.max_tokens = 20;
  options.pre_norm = options.rotation = options.head_norms = options.out_norms = true;
  options.key_value_heads = 2;
  options.dense = {10};
  options.block = 16;
  options.zeros = true;
  return options;
}

Model build_exact(RandomModelOptions options, const Kernels& kernels) {
  options.precision = static_cast<int32_t>(Precision::kFloat32);
  return build_model(RandomModel(options).description(), kernels);
}

Precision precision_of(const Kernels& kernels) {
  return kernels.number_bytes == 2 ? Precision::kBFloat16 : Precision::kInt8;
}

Model build(RandomModelOptions options, const Kernels& kernels) {
  options.precision = static_cast<int32_t>(precision_of(kernels));
  return build_model(RandomModel(options).description(), kernels);
}

const Kernels& plain_kernels(const Kernels& kernels) {
  return *find_kernels(kernels.number_bytes == 2 ? "portable-bf16"
                       : kernels.short_sums      ? "portable-16bit"
                                                 : "portable");
}

std::vector<float> embed(const Model& model, const Kernels& kernels, const Texts& texts, bool hidden) {
  const Batch batch = texts.batch(hidden);
  check_batch(batch, model);
  std::vector<float> out(hidden ? texts.ids.size() * model.hidden : size_t(batch.texts) * model.width());
  run_here(model, kernels, batch, out.data());
  return out;
}

double worst_cosine(const std::vector<float>& a, const std::vector<float>& b, size_t width) {
  double worst = 1;
  for (size_t row = 0; row < a.size(); row += width) {
    double ab = 0, aa = 0, bb = 0;
    for (size_t i = row; i < row + width; i++) {
      ab += double(a[i]) * b[i];
      aa += double(a[i]) * a[i];
      bb += double(b[i]) * b[i];
    }
    worst = std::min(worst, ab / std::sqrt(aa * bb));
  }
  return worst;
}

}  // namespace octavec
