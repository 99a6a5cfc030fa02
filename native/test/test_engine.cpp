/**
 * Tests of the engine's core without Node: against its own reference path, across instruction sets, batches and
 * threads, and with descriptions that are not sound. Prints a line for each and exits with 1 if one fails.
 */
#include <algorithm>
#include <cmath>
#include <condition_variable>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <mutex>
#include <stdexcept>
#include <string>
#include "../core/isa.h"
#include "../core/model_file.h"
#include "../core/session.h"
#include "random_model.h"

using namespace octavec;

namespace {

int failures = 0;
int passes = 0;

void expect(bool ok, const std::string& what) {
  (ok ? passes : failures)++;
  if (!ok) {
    std::printf("FAILED %s\n", what.c_str());
  }
}

/** Texts of the given lengths with ids that follow from their number and place alone. */
struct Texts {
  std::vector<int32_t> ids, offsets{0};

  Texts(const std::vector<int32_t>& lengths, const std::vector<int32_t>& numbers, int32_t vocabulary) {
    for (size_t i = 0; i < lengths.size(); i++) {
      for (int32_t t = 0; t < lengths[i]; t++) {
        ids.push_back((numbers[i] * 7919 + t * 104729 + t * t) % vocabulary);
      }
      offsets.push_back(static_cast<int32_t>(ids.size()));
    }
  }
  Batch batch(bool hidden = false) const {
    return {ids.data(), offsets.data(), static_cast<int32_t>(offsets.size()) - 1, 0, hidden};
  }
};

/** Lengths of the sample texts: one longer than a chunk, and shorter ones of every remainder. */
std::vector<int32_t> kLengths = {16, 5, 1, 130, 33, 2, 64, 47, 300, 17};
/** Where the longest text stands. */
constexpr int32_t kLongest = 8;

std::vector<int32_t> numbered(size_t count) {
  std::vector<int32_t> numbers(count);
  for (size_t i = 0; i < count; i++) {
    numbers[i] = static_cast<int32_t>(i);
  }
  return numbers;
}

Model build_exact(RandomModelOptions options, const Kernels& kernels) {
  options.precision = static_cast<int32_t>(Precision::kFloat32);
  return build_model(RandomModel(options).description(), kernels);
}

Precision precision_of(const Kernels& kernels) {
  return kernels.number_bytes == 2 ? Precision::kBFloat16 : Precision::kInt8;
}

/** In the precision that the kernels are for. */
Model build(RandomModelOptions options, const Kernels& kernels) {
  options.precision = static_cast<int32_t>(precision_of(kernels));
  return build_model(RandomModel(options).description(), kernels);
}

/** Kernels in plain C++ that give the same. */
const Kernels& plain_kernels(const Kernels& kernels) {
  return *find_kernels(kernels.number_bytes == 2 ? "portable-bf16"
                       : kernels.short_sums      ? "portable-16bit"
                                                 : "portable");
}

std::vector<float> embed(const Model& model, const Kernels& kernels, const Texts& texts, bool hidden = false) {
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

struct Architecture {
  const char* name;
  RandomModelOptions options;
  /** How much more than others it may be off, against the reference: where attention is sharp, rounding shows. */
  double noise = 1;
};

std::vector<Architecture> architectures() {
  std::vector<Architecture> all(15);
  all[0].name = "bert";
  all[1].name = "wide heads, relu, relative bias";
  all[1].options.heads = 2;
  all[1].options.head_width = 64;
  all[1].options.hidden = 128;
  all[1].options.activation = 2;
  all[1].options.relative_bias = true;
  all[2].name = "pre-norm, rotary, gated gelu, window";
  all[2].options.pre_norm = all[2].options.rotation = all[2].options.gated = true;
  all[2].options.window = 20;
  all[3].name = "post-norm, rotary, gated silu";
  all[3].options.rotation = all[3].options.gated = true;
  all[3].options.activation = 3;
  all[4].name = "heads of 48, tanh gelu, all poolings";
  all[4].options.heads = 4;
  all[4].options.head_width = 48;
  all[4].options.hidden = 192;
  all[4].options.activation = 1;
  all[4].options.pooling = {0, 1, 2, 3, 4, 5};
  all[5].name = "heads of 128";
  all[5].options.heads = 1;
  all[5].options.head_width = 128;
  all[5].options.hidden = 128;
  all[6].name = "first tokens pooled";
  all[6].options.pooling = {0};
  all[7].name = "pre-norm, last and first tokens pooled";
  all[7].options.pre_norm = all[7].options.rotation = all[7].options.gated = true;
  all[7].options.pooling = {1, 0};
  all[8].name = "a word that positions do not count";
  all[8].options.uncounted_word = 104;
  all[9].name = "shared keys, RMSNorm, norms of heads, behind too";
  all[9].options.key_value_heads = 1;
  all[9].options.rms = all[9].options.head_norms = all[9].options.out_norms = true;
  all[9].options.pre_norm = all[9].options.rotation = all[9].options.gated = true;
  all[9].options.activation = 1;
  all[9].options.window = 20;
  all[9].options.word_factor = 8;
  all[9].options.dense = {200, 72};
  all[9].noise = 3;
  all[10].name = "causal, last tokens pooled";
  all[10].options.key_value_heads = 2;
  all[10].options.rms = all[10].options.head_norms = all[10].options.causal = true;
  all[10].options.pre_norm = all[10].options.rotation = all[10].options.gated = true;
  all[10].options.activation = 3;
  all[10].options.pooling = {1};
  all[11].name = "causal in a window, heads of 48";
  all[11].options.causal = all[11].options.rotation = true;
  all[11].options.head_width = 48;
  all[11].options.hidden = 192;
  all[11].options.window = 33;
  all[12].name = "norms of all heads";
  all[13].name = "four bits";
  all[13].options.block = 32;
  all[14].name = "four bits with zero points, gated";
  all[14].options.block = 16;
  all[14].options.zeros = all[14].options.gated = true;
  all[14].options.hidden = 128;
  all[14].options.head_width = 32;
  all[12].options.whole_norms = all[12].options.relative_bias = all[12].options.gated = true;
  return all;
}

void test_against_reference(const Architecture& architecture, const Kernels& kernels) {
  const Model exact = build_exact(architecture.options, kernels), fast = build(architecture.options, kernels);
  const Texts texts(kLengths, numbered(kLengths.size()), fast.vocabulary);
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
  const Texts texts(kLengths, numbered(kLengths.size()), model.vocabulary);
  const std::vector<float> got = embed(model, kernels, texts), want = embed(expected, plain, texts);
  // Sums of BF16 products are rounded by each instruction set in its own way.
  const bool same = kernels.number_bytes == 2 ? worst_cosine(got, want, model.width()) > 0.99999 : got == want;
  expect(same, std::string(architecture.name) + ": " + kernels.name + " gives other vectors than " + plain.name);
}

void test_batch_invariance(const Architecture& architecture, const Kernels& kernels) {
  const Model model = build(architecture.options, kernels);
  const Texts texts(kLengths, numbered(kLengths.size()), model.vocabulary);
  const std::vector<float> together = embed(model, kernels, texts);
  for (size_t i = 0; i < kLengths.size(); i++) {
    const std::vector<float> alone =
        embed(model, kernels, Texts({kLengths[i]}, {static_cast<int32_t>(i)}, model.vocabulary));
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
  const Texts texts(kLengths, numbered(kLengths.size()), model.vocabulary);
  const std::vector<float> pooled = embed(model, kernels, texts), states = embed(model, kernels, texts, true);
  std::vector<float> first;
  for (size_t i = 0; i < kLengths.size(); i++) {
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
  const Texts texts(kLengths, numbered(kLengths.size()), fast.vocabulary);
  const double cosine = worst_cosine(embed(exact, kernels, texts), embed(fast, kernels, texts), fast.width());
  expect(cosine > 0.998, std::string("queries of zeros on ") + kernels.name);
}

/** Waits for a number of jobs. */
struct Latch {
  std::mutex mutex;
  std::condition_variable changed;
  int left;
  int cancelled = 0;

  explicit Latch(int count) : left(count) {}
  static void done(void* user, octavec_status status) {
    Latch& latch = *static_cast<Latch*>(user);
    const std::lock_guard<std::mutex> lock(latch.mutex);
    latch.left--;
    latch.cancelled += status == OCTAVEC_CANCELLED;
    latch.changed.notify_all();
  }
  void wait() {
    std::unique_lock<std::mutex> lock(mutex);
    changed.wait(lock, [this] { return left == 0; });
  }
};

void test_threads(const Architecture& architecture, const Kernels& kernels) {
  const auto model = std::make_shared<const Model>(build(architecture.options, kernels));
  const Texts texts(kLengths, numbered(kLengths.size()), model->vocabulary),
      one({kLengths[kLongest]}, {kLongest}, model->vocabulary);
  const std::vector<float> want = embed(*model, kernels, texts);
  for (int threads = 1; threads <= 3; threads++) {
    Session session(model, kernels, threads);
    std::vector<std::vector<float>> results(6, std::vector<float>(want.size()));
    std::vector<float> single(model->width());
    Latch latch(6);
    for (auto& result : results) {
      session.run(texts.batch(), result.data(), Latch::done, &latch);
    }
    latch.wait();
    for (const auto& result : results) {
      expect(result == want, std::string(architecture.name) + ": other bits with several threads");
    }
    for (int repeat = 0; repeat < 5; repeat++) {
      Latch alone(1);
      session.run(one.batch(), single.data(), Latch::done, &alone);
      alone.wait();
      expect(std::equal(single.begin(), single.end(), want.begin() + kLongest * model->width()),
             std::string(architecture.name) + ": other bits when threads share a text");
    }
  }
}

void test_cancelling(const Kernels& kernels) {
  const auto model = std::make_shared<const Model>(build(architectures()[0].options, kernels));
  const Texts texts(std::vector<int32_t>(64, 500), numbered(64), model->vocabulary);
  std::vector<float> out(64 * size_t(model->width()));
  Latch latch(2);
  {
    Session session(model, kernels, 1);
    session.run(texts.batch(), out.data(), Latch::done, &latch);
    session.run(texts.batch(), out.data(), Latch::done, &latch)->cancelled = true;
  }
  expect(latch.left == 0, "closing a session waits for its jobs");
  expect(latch.cancelled == 1, "a cancelled job says so");
}

/** A short job that comes after a long one is done before it. */
void test_short_jobs_come_through(const Kernels& kernels) {
  const auto model = std::make_shared<const Model>(build(architectures()[0].options, kernels));
  const std::vector<int32_t> many(40, 150);
  const Texts long_job(many, numbered(many.size()), model->vocabulary), short_job({5}, {1}, model->vocabulary);
  std::vector<float> out(many.size() * model->width()), other(model->width());
  struct Order {
    std::mutex mutex;
    std::vector<const char*> names;
  } order;
  struct Entry {
    Order* order;
    const char* name;
    Latch* latch;
  };
  Latch latch(2);
  Entry entries[] = {{&order, "long", &latch}, {&order, "short", &latch}};
  const octavec_done done = [](void* user, octavec_status status) {
    const Entry& entry = *static_cast<Entry*>(user);
    {
      const std::lock_guard<std::mutex> lock(entry.order->mutex);
      entry.order->names.push_back(entry.name);
    }
    Latch::done(entry.latch, status);
  };
  Session session(model, kernels, 1);
  session.run(long_job.batch(), out.data(), done, &entries[0]);
  session.run(short_job.batch(), other.data(), done, &entries[1]);
  latch.wait();
  expect(std::string(order.names[0]) == "short", std::string("a short job waits for a long one on ") + kernels.name);
}

bool refuses(const RandomModel& model, const std::vector<int32_t>& words) {
  try {
    read_description(words.data(), words.size(), model.tensors.data(), model.tensors.size());
    return false;
  } catch (const std::invalid_argument&) {
    return true;
  }
}

/** Every word of a sound description replaced by hostile ones: a refusal, or a model that still runs. */
void test_hostile_descriptions(const Kernels& kernels) {
  RandomModelOptions options;
  options.precision = static_cast<int32_t>(precision_of(kernels));
  options.layers = 1;
  options.max_tokens = 20;
  options.pre_norm = options.rotation = options.head_norms = options.out_norms = true;
  options.key_value_heads = 2;
  options.dense = {10};
  options.block = 16;
  options.zeros = true;
  const RandomModel model(options);
  expect(!refuses(model, model.words), "a sound description is taken");
  for (size_t length = 0; length < model.words.size(); length++) {
    expect(refuses(model, {model.words.begin(), model.words.begin() + length}), "a shortened description is refused");
  }
  RandomModelOptions twice;
  twice.pooling = {0, 1, 0};
  const RandomModel repeated(twice);
  expect(refuses(repeated, repeated.words), "a pooling mode that is named twice is refused");
  const Texts texts({3, 9}, {1, 2}, 30);
  for (size_t i = 0; i < model.words.size(); i++) {
    for (const int32_t value : {-2, -1, 0, 1, 2, 3, 17, 63, 64, 128, 65536, INT32_MAX, INT32_MIN, 0x7fc00000}) {
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

/** A model that was written and mapped gives the bits of the one that was built. */
void test_model_file(const Architecture& architecture, const Kernels& kernels) {
  const std::string where = std::string(" ") + architecture.name + " on " + kernels.name;
  const Model built = build(architecture.options, kernels);
  write_model_file(built, kernels, kFile);
  const Model mapped = map_model_file(kFile, kernels);
  const Texts texts(kLengths, numbered(kLengths.size()), built.vocabulary);
  expect(embed(mapped, kernels, texts) == embed(built, kernels, texts), "a mapped model gives the same bits" + where);
  expect(mapped.bytes() == built.bytes(), "a mapped model has the same size" + where);
  std::remove(kFile);
}

/** Every word of a file's header and facts replaced by hostile ones: a refusal, or a model that still runs. */
void test_hostile_files(const Kernels& kernels) {
  RandomModelOptions options;
  options.layers = 1;
  options.max_tokens = 20;
  options.pre_norm = options.rotation = options.head_norms = options.out_norms = true;
  options.key_value_heads = 2;
  options.dense = {10};
  options.block = 16;
  options.zeros = true;
  write_model_file(build(options, kernels), kernels, kFile);
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
    for (const int32_t value :
         {-1, 0, 1, 2, 17, 63, 64, 128, 65536, INT32_MAX, INT32_MIN, 0x7fc00000, sound + 64, sound - 64}) {
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

}  // namespace

/** test_engine [--quick] [instruction sets]: all that this machine has, if none is named. */
int main(int count, char** arguments) {
  std::vector<std::string> names(arguments + 1, arguments + count);
  bool quick = false;
  if (!names.empty() && names[0] == "--quick") {
    // For sanitizers: the same ways through the code, fewer tokens.
    kLengths = {16, 5, 1, 2, 3, 2, 1, 7, 150, 17};
    names.erase(names.begin());
    quick = true;
  }
  std::vector<const Kernels*> tested;
  for (const std::string& name : names) {
    if (const Kernels* kernels = find_kernels(name.c_str())) {
      tested.push_back(kernels);
    } else {
      std::printf("%s: not on this machine\n", name.c_str());
    }
  }
  for (const Kernels* kernels : names.empty() ? all_kernels() : tested) {
    test_pooled_rows(*kernels);
    test_head_of_zeros(*kernels);
    for (const Architecture& architecture : architectures()) {
      test_against_reference(architecture, *kernels);
      test_same_bits(architecture, *kernels);
      test_batch_invariance(architecture, *kernels);
      test_threads(architecture, *kernels);
      test_model_file(architecture, *kernels);
    }
    test_cancelling(*kernels);
    test_short_jobs_come_through(*kernels);
    if (!quick || std::string(kernels->name).rfind("portable-", 0) != 0) {
      test_hostile_descriptions(*kernels);
      test_hostile_files(*kernels);
    }
    test_batches_that_are_refused(*kernels);
  }
  std::printf("%d passed, %d failed\n", passes, failures);
  return failures == 0 ? 0 : 1;
}
