/** Threads that take chunks of jobs from one queue and run them through a model. */
#pragma once
#include <array>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>
#include "batch.h"
#include "forward.h"

namespace octavec {

struct Job {
  Batch batch;
  float* out;
  octavec_done done;
  void* user;
  std::vector<Chunk> chunks;
  /** The next chunk that nobody has taken; guarded by the session's mutex. */
  size_t next = 0;
  std::atomic<size_t> left{0};
  std::atomic<bool> cancelled{false};
  std::atomic<bool> no_memory{false};

  int32_t tokens() const { return batch.offsets[batch.texts]; }
};

/** Jobs whose chunks go through the model as one. */
class Jobs {
 public:
  void add(std::shared_ptr<Job> job) { jobs_[count_++] = std::move(job); }
  bool is_full() const { return count_ == kMost; }
  size_t count() const { return count_; }
  Job& first() const { return *jobs_[0]; }
  const std::shared_ptr<Job>* begin() const { return jobs_.data(); }
  const std::shared_ptr<Job>* end() const { return jobs_.data() + count_; }
  void no_memory() const {
    for (const std::shared_ptr<Job>& job : *this) {
      job->no_memory = true;
    }
  }

 private:
  static constexpr size_t kMost = 32;
  std::array<std::shared_ptr<Job>, kMost> jobs_;
  size_t count_ = 0;
};

class Session {
 public:
  Session(std::shared_ptr<const Model> model, const Kernels& kernels, int threads);
  /** Waits for all jobs. */
  ~Session();

  const Model& model() const { return *model_; }
  /** The batch must have been checked. */
  std::shared_ptr<Job> run(const Batch& batch, float* out, octavec_done done, void* user);

 private:
  /** A chunk that several threads work on. */
  struct TeamWork;

  /** Waits for all jobs and ends the threads. */
  void close();
  void work();
  /** Joins a team or takes a chunk; returns when that is done. False if the session closes. */
  bool work_once(ChunkBuffers& buffers, MemberBuffers& own);
  bool is_idle() const { return new_.empty() && served_.empty(); }
  std::shared_ptr<Job> next_in_turn();
  Chunk take_chunk(Jobs& jobs);
  bool may_join(const Job& job) const;
  int32_t tokens_to_join(const Job& first) const;
  std::shared_ptr<TeamWork> lead(const Jobs& jobs, const Chunk& chunk, ChunkBuffers& buffers);
  void take_part(TeamWork& work, MemberBuffers& own, int rank);
  void finish_chunks(const Jobs& jobs);

  const std::shared_ptr<const Model> model_;
  const Kernels& kernels_;
  std::mutex mutex_;
  std::condition_variable changed_;
  /**
   * Jobs that have had nothing yet, and jobs that have: two lines that are served by turns, each in its order. However
   * many long jobs there are, a new one waits for one chunk of them before each job that stands before it; and however
   * many come, a long one has every second chunk. Short new ones that wait go along with the first of them.
   */
  std::deque<std::shared_ptr<Job>> new_, served_;
  bool new_is_next_ = true;
  /** A team that still has free places, and the next of them. */
  std::shared_ptr<TeamWork> team_;
  int next_place_ = 0;
  int idle_ = 0;
  bool closing_ = false;
  std::vector<std::thread> threads_;
};

/** Runs a batch on the calling thread. The batch must have been checked. Throws std::bad_alloc. */
void run_here(const Model& model, const Kernels& kernels, const Batch& batch, float* out);

}  // namespace octavec
