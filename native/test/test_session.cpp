/** Sessions: several threads and jobs, cancelling, order. */
#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <string>
#include "expect.h"
#include "samples.h"
#include "tests.h"

namespace octavec {

namespace {

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

}  // namespace

void test_threads(const Architecture& architecture, const Kernels& kernels) {
  const auto model = std::make_shared<const Model>(build(architecture.options, kernels));
  const Texts texts = sample_texts(model->vocabulary), one({sample_lengths[kLongest]}, {kLongest}, model->vocabulary);
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

}  // namespace octavec
