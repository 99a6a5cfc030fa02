// How much faster a text alone is on two threads than on one: a few runs of each in turn, so that what else goes on on
// the machine meets both alike. The layers are those of all-MiniLM-L6-v2, with random weights. Run by
// scripts/test-native.mjs --time [pairs].
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <future>
#include "../core/isa.h"
#include "samples.h"

using namespace octavec;

namespace {

double run_ms(Session& session, const Texts& texts, std::vector<float>& out) {
  std::promise<void> done;
  const auto start = std::chrono::steady_clock::now();
  session.run(
      texts.batch(), out.data(),
      [](void* user, octavec_status) { static_cast<std::promise<void>*>(user)->set_value(); }, &done);
  done.get_future().wait();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

/** Least, lower quartile, median and upper quartile. */
struct Spread {
  double least, lower, median, upper;

  explicit Spread(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    const size_t count = values.size();
    least = values.front();
    lower = values[count / 4];
    median = values[count / 2];
    upper = values[count * 3 / 4];
  }
};

constexpr int runs_together = 9;

/** One text after the other, as a caller who waits for each gives them. */
double median_of_runs(Session& session, const Texts& texts, std::vector<float>& out) {
  std::vector<double> times;
  for (int i = 0; i < runs_together; i++) {
    times.push_back(run_ms(session, texts, out));
  }
  return Spread(times).median;
}

}  // namespace

int main(int count, char** arguments) {
  const int pairs = count > 1 ? std::max(1, std::atoi(arguments[1])) : 60;
  const Kernels& kernels = *active_kernels(1);
  RandomModelOptions options;
  options.hidden = 384;
  options.heads = 12;
  options.head_width = 32;
  options.ffn = 1536;
  options.layers = 6;
  const auto model = std::make_shared<const Model>(build_model(RandomModel(options).description(), kernels));
  Session one(model, kernels, 1), two(model, kernels, 2);
  std::vector<float> out(model->width());
  std::printf("%s, medians of %d pairs (quartiles)\n", kernels.name, pairs);
  for (const int32_t tokens : {64, 128, 256}) {
    const Texts texts({tokens}, {1}, model->vocabulary);
    std::vector<double> alone, shared, ratios;
    run_ms(one, texts, out);
    run_ms(two, texts, out);
    for (int i = 0; i < pairs; i++) {
      alone.push_back(median_of_runs(one, texts, out));
      shared.push_back(median_of_runs(two, texts, out));
      ratios.push_back(alone.back() / shared.back());
    }
    const Spread a(alone), b(shared), ratio(ratios);
    std::printf("1 × %-4d one thread %.2f ms, two %.2f ms (least: %.2f, %.2f); %.2f times as fast (%.2f–%.2f)\n",
                tokens, a.median, b.median, a.least, b.least, ratio.median, ratio.lower, ratio.upper);
  }
  return 0;
}
