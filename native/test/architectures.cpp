#include "architectures.h"
#include <algorithm>

namespace octavec {
namespace {

/** A model as options have it by default, but for what `change` does. */
template <class Change>
Architecture architecture(const char* name, Change change, double noise = 1) {
  Architecture made{name, {}, noise};
  change(made.options);
  return made;
}

using Options = RandomModelOptions;

}  // namespace

std::vector<Architecture> architectures() {
  return {
      architecture("bert", [](Options&) {}),
      architecture("wide heads, relu, relative bias",
                   [](Options& o) {
                     o.heads = 2;
                     o.head_width = 64;
                     o.hidden = 128;
                     o.activation = 2;
                     o.relative_bias = true;
                   }),
      architecture("pre-norm, rotary, gated gelu, window",
                   [](Options& o) {
                     o.pre_norm = o.rotation = o.gated = true;
                     o.window = 20;
                   }),
      architecture("post-norm, rotary, gated silu",
                   [](Options& o) {
                     o.rotation = o.gated = true;
                     o.activation = 3;
                   }),
      architecture("heads of 48, tanh gelu, all poolings",
                   [](Options& o) {
                     o.heads = 4;
                     o.head_width = 48;
                     o.hidden = 192;
                     o.activation = 1;
                     o.pooling = {0, 1, 2, 3, 4, 5};
                   }),
      architecture("heads of 128",
                   [](Options& o) {
                     o.heads = 1;
                     o.head_width = 128;
                     o.hidden = 128;
                   }),
      architecture("first tokens pooled", [](Options& o) { o.pooling = {0}; }),
      architecture("pre-norm, last and first tokens pooled",
                   [](Options& o) {
                     o.pre_norm = o.rotation = o.gated = true;
                     o.pooling = {1, 0};
                   }),
      architecture("a word that positions do not count", [](Options& o) { o.uncounted_word = 104; }),
      architecture(
          "shared keys, RMSNorm, norms of heads, behind too",
          [](Options& o) {
            o.key_value_heads = 1;
            o.rms = o.head_norms = o.out_norms = true;
            o.pre_norm = o.rotation = o.gated = true;
            o.activation = 1;
            o.window = 20;
            o.word_factor = 8;
            o.dense = {200, 72};
          },
          3),
      architecture("causal, last tokens pooled",
                   [](Options& o) {
                     o.key_value_heads = 2;
                     o.rms = o.head_norms = o.causal = true;
                     o.pre_norm = o.rotation = o.gated = true;
                     o.activation = 3;
                     o.pooling = {1};
                   }),
      architecture("causal in a window, heads of 48",
                   [](Options& o) {
                     o.causal = o.rotation = true;
                     o.head_width = 48;
                     o.hidden = 192;
                     o.window = 33;
                   }),
      architecture("norms of all heads", [](Options& o) { o.whole_norms = o.relative_bias = o.gated = true; }),
      architecture("four bits", [](Options& o) { o.block = 32; }),
      architecture("four bits with zero points, gated",
                   [](Options& o) {
                     o.block = 16;
                     o.zeros = o.gated = true;
                     o.hidden = 128;
                     o.head_width = 32;
                   }),
  };
}

std::vector<RandomModelOptions> smallest_models() {
  std::vector<RandomModelOptions> all;
  for (const Architecture& each : architectures()) {
    RandomModelOptions options = each.options;
    options.layers = 1;
    options.max_tokens = 16;
    options.vocabulary = 20;
    options.uncounted_word = std::min(options.uncounted_word, 3);
    options.window = std::min(options.window, 2);
    all.push_back(options);
  }
  return all;
}

}  // namespace octavec
