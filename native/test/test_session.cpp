/** Sessions: several threads and jobs, cancelling, order. */
#include <algorithm>
#include <condition_variable>
#include <functional>
#include <memory>
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

namespace {

/** A job whose end starts something else, on the thread of the session. */
struct Follower {
  std::function<void()> next;
  Latch* latch;

  static void done(void* user, octavec_status status) {
    const Follower& self = *static_cast<Follower*>(user);
    self.next();
    Latch::done(self.latch, status);
  }
};

/** Holds the only thread of a session back until jobs stand in line. */
class Held {
 public:
  Held(Session& session, const Texts& texts) : out_(session.model().width()) {
    gate_.lock();
    session.run(texts.batch(), out_.data(), Follower::done, &opening_);
    begun_.wait();
  }
  void release() {
    gate_.unlock();
    ended_.wait();
  }

 private:
  std::mutex gate_;
  Latch begun_{1}, ended_{1};
  std::vector<float> out_;
  Follower opening_{[this] {
                      Latch::done(&begun_, OCTAVEC_OK);
                      const std::lock_guard<std::mutex> lock(gate_);
                    },
                    &ended_};
};

}  // namespace

/** Of jobs that have been served, however many, one chunk at most goes before a new job. */
void test_new_jobs_go_first(const Kernels& kernels) {
  const auto model = std::make_shared<const Model>(build(architectures()[0].options, kernels));
  const std::vector<int32_t> many(40, 150);
  const Texts long_job(many, numbered(many.size()), model->vocabulary), short_job({5}, {1}, model->vocabulary);
  constexpr int kLong = 4;
  std::vector<std::vector<float>> out(kLong, std::vector<float>(many.size() * model->width()));
  std::vector<float> other(model->width());
  std::vector<std::shared_ptr<Job>> jobs(kLong);
  Latch latch(kLong + 2);
  auto session = std::make_unique<Session>(model, kernels, 1);
  size_t before = 0, after = 0;
  const auto chunks_left = [&] {
    size_t left = 0;
    for (const auto& job : jobs) {
      left += job->left;
    }
    return left;
  };
  // The last to come when all are new: when it ends, the long ones have been served.
  Follower newcomer{[&] { after = chunks_left(); }, &latch};
  Follower witness{[&] {
                     before = chunks_left();
                     session->run(short_job.batch(), other.data(), Follower::done, &newcomer);
                   },
                   &latch};
  Held held(*session, short_job);
  for (int i = 0; i < kLong; i++) {
    jobs[i] = session->run(long_job.batch(), out[i].data(), Latch::done, &latch);
  }
  session->run(short_job.batch(), other.data(), Follower::done, &witness);
  held.release();
  latch.wait();
  session.reset();
  expect(before - after <= 1, std::string("a new job waits for jobs that have been served on ") + kernels.name);
}

/** However many short jobs come one after the other, a long one has every second chunk. */
void test_long_jobs_come_through(const Kernels& kernels) {
  const auto model = std::make_shared<const Model>(build(architectures()[0].options, kernels));
  const std::vector<int32_t> many(40, 150);
  const Texts long_job(many, numbered(many.size()), model->vocabulary), short_job({5}, {1}, model->vocabulary);
  std::vector<float> out(many.size() * model->width()), other(model->width());
  const int chunks = static_cast<int>(cut_batch(long_job.batch(), kernels.chunk_tokens).size());
  Latch latch(chunks + 3);
  auto session = std::make_unique<Session>(model, kernels, 1);
  const auto job = session->run(long_job.batch(), out.data(), Latch::done, &latch);
  size_t left = 0;
  int shorts = 0;
  Follower follower{nullptr, &latch};
  follower.next = [&] {
    if (++shorts < chunks + 2) {
      session->run(short_job.batch(), other.data(), Follower::done, &follower);
    } else {
      left = job->left;
    }
  };
  session->run(short_job.batch(), other.data(), Follower::done, &follower);
  latch.wait();
  session.reset();
  expect(left == 0, std::string("short jobs keep a long one waiting on ") + kernels.name);
}

/** Short jobs that wait go through the model together; each gets what is its own, and none waits for a long one. */
void test_waiting_jobs_are_joined(const Kernels& kernels) {
  const auto model = std::make_shared<const Model>(build(architectures()[0].options, kernels));
  const std::vector<int32_t> lengths = {7, 3, 100, 12, 5, 9};
  constexpr int kCancelled = 1, kLong = 2, kHidden = 3, kTwoTexts = 4;
  std::vector<Texts> texts;
  std::vector<std::vector<float>> want, out;
  for (size_t i = 0; i < lengths.size(); i++) {
    const auto number = static_cast<int32_t>(i);
    const bool two = i == kTwoTexts;
    texts.emplace_back(two ? std::vector<int32_t>{lengths[i], 4} : std::vector<int32_t>{lengths[i]},
                       two ? std::vector<int32_t>{number, 40} : std::vector<int32_t>{number}, model->vocabulary);
    want.push_back(embed(*model, kernels, texts[i], i == kHidden));
    out.emplace_back(want[i].size());
  }
  Latch latch(static_cast<int>(lengths.size()));
  Session session(model, kernels, 1);
  Held held(session, texts[0]);
  bool together = false, without_others = false;
  Follower first{[&] {
                   together = out[kTwoTexts] == want[kTwoTexts] && out[5] == want[5];
                   without_others = out[kLong] != want[kLong] && out[kHidden] != want[kHidden];
                 },
                 &latch};
  for (size_t i = 0; i < lengths.size(); i++) {
    const Batch batch = texts[i].batch(i == kHidden);
    const auto job = i == 0 ? session.run(batch, out[i].data(), Follower::done, &first)
                            : session.run(batch, out[i].data(), Latch::done, &latch);
    job->cancelled = i == kCancelled;
  }
  held.release();
  latch.wait();
  const std::string on = std::string(" on ") + kernels.name;
  expect(together, "short jobs that wait are not joined" + on);
  expect(without_others, "a long job, or one for hidden states, is joined with others" + on);
  expect(latch.cancelled == 1, "a cancelled job does not say so, or takes others along" + on);
  for (size_t i = 0; i < lengths.size(); i++) {
    expect(i == kCancelled || out[i] == want[i], "other bits when jobs are joined" + on);
  }
}

}  // namespace octavec
