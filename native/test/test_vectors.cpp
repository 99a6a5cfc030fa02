/** Vectors: against the reference path, across instruction sets and batches. */
#include <algorithm>
#include <cstdio>
#include <string>
#include "expect.h"
#include "samples.h"
#include "tests.h"

namespace octavec {

void test_against_reference(const Architecture& architecture, const Kernels& kernels) {
  const Model exact = build_exact(architecture.options, kernels), fast = build(architecture.options, kernels);
  const Texts texts = sample_texts(fast.vocabulary);
  const std::vector<float> want = embed(exact, kernels, texts), got = embed(fast, kernels, texts);
  const double cosine = worst_cosine(want, got, fast.width());
  const double error = kernels.number_bytes == 2 ? 1e-4 : kernels.short_sums ? 3e-3 : 1e-3;
  std::printf("%-40s %-14s worst cosine to the reference %.5f\n", architecture.name, kernels.name, cosine);
  expect(cosine > 1 - error * architecture.noise,
         std::string(architecture.name) + " on " + kernels.name + " against the reference");
}

void test_same_bits(const Architecture& architecture, const Kernels& kernels) {
  const Kernels& plain = plain_kernels(kernels);
  const Model model = build(architecture.options, kernels), expected = build(architecture.options, plain);
  const Texts texts = sample_texts(model.vocabulary);
  const std::vector<float> got = embed(model, kernels, texts), want = embed(expected, plain, texts);
  // Sums of BF16 products are rounded by each instruction set in its own way.
  const bool same = kernels.number_bytes == 2 ? worst_cosine(got, want, model.width()) > 0.99999 : got == want;
  expect(same, std::string(architecture.name) + ": " + kernels.name + " gives other vectors than " + plain.name);
}

void test_batch_invariance(const Architecture& architecture, const Kernels& kernels) {
  const Model model = build(architecture.options, kernels);
  const Texts texts = sample_texts(model.vocabulary);
  const std::vector<float> together = embed(model, kernels, texts);
  for (size_t i = 0; i < sample_lengths.size(); i++) {
    const std::vector<float> alone =
        embed(model, kernels, Texts({sample_lengths[i]}, {static_cast<int32_t>(i)}, model.vocabulary));
    expect(std::equal(alone.begin(), alone.end(), together.begin() + i * model.width()),
           std::string(architecture.name) + " on " + kernels.name + ": text " + std::to_string(i) +
               " alone differs from the batch");
  }
}

/** Where only some rows go through the whole last layer, they are what they are among all. */
void test_pooled_rows(const Kernels& kernels) {
  RandomModelOptions options;
  options.pooling = {0};
  const Model model = build(options, kernels);
  const Texts texts = sample_texts(model.vocabulary);
  const std::vector<float> pooled = embed(model, kernels, texts), states = embed(model, kernels, texts, true);
  std::vector<float> first;
  for (size_t i = 0; i < sample_lengths.size(); i++) {
    const float* state = states.data() + size_t(texts.offsets[i]) * model.hidden;
    first.insert(first.end(), state, state + model.hidden);
  }
  expect(worst_cosine(pooled, first, model.hidden) > 1 - 1e-9,
         std::string("pooled rows alone differ on ") + kernels.name);
}

/** A head whose queries are all zero sees all keys alike, and none that only pads. */
void test_head_of_zeros(const Kernels& kernels) {
  RandomModelOptions options;
  options.zero_queries = true;
  const Model exact = build_exact(options, kernels), fast = build(options, kernels);
  const Texts texts = sample_texts(fast.vocabulary);
  const double cosine = worst_cosine(embed(exact, kernels, texts), embed(fast, kernels, texts), fast.width());
  expect(cosine > 0.998, std::string("queries of zeros on ") + kernels.name);
}

}  // namespace octavec
