/**
 * Threads that work on one chunk together: each does a share of the rows, and they wait for each other where needed.
 */
#pragma once
#include <atomic>
#include <thread>

namespace octavec {

class Team {
 public:
  explicit Team(int size) : size_(size) {}

  int size() const { return size_; }

  /** Tells the others, who see it after the next wait, that a member has no memory to work with. */
  void fail() { failed_.store(true, std::memory_order_relaxed); }
  bool failed() const { return failed_.load(std::memory_order_relaxed); }

  /** Likewise, that the work is no longer wanted. */
  void cancel() { cancelled_.store(true, std::memory_order_relaxed); }
  bool cancelled() const { return cancelled_.load(std::memory_order_relaxed); }

  /** Returns when all members have arrived. Spins: the shares are equal and the waits short. */
  void wait() {
    if (size_ == 1) {
      return;
    }
    const int round = round_.load(std::memory_order_acquire);
    if (arrived_.fetch_add(1, std::memory_order_acq_rel) == size_ - 1) {
      arrived_.store(0, std::memory_order_relaxed);
      round_.store(round + 1, std::memory_order_release);
      return;
    }
    for (int spins = 0; round_.load(std::memory_order_acquire) == round; spins++) {
      if (spins > 2000) {
        std::this_thread::yield();
      }
    }
  }

 private:
  const int size_;
  std::atomic<int> arrived_{0};
  std::atomic<int> round_{0};
  std::atomic<bool> failed_{false};
  std::atomic<bool> cancelled_{false};
};

/** The part of `count` things that member `rank` of `size` does. */
struct Share {
  int32_t begin, end;

  int32_t count() const { return end - begin; }

  /** Whole multiples of `step` for all but the last. */
  Share(int32_t count, int32_t rank, int32_t size, int32_t step)
      : begin(bound(count, rank, size, step)), end(bound(count, rank + 1, size, step)) {}

 private:
  static int32_t bound(int32_t count, int32_t part, int32_t size, int32_t step) {
    const int64_t steps = (int64_t{count} + step - 1) / step;
    const int64_t at = steps * part / size * step;
    return static_cast<int32_t>(at < count ? at : count);
  }
};

}  // namespace octavec
