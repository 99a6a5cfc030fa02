/** Threads that take chunks of jobs from one queue and run them through a model. */
#pragma once
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
  std::shared_ptr<TeamWork> lead(std::shared_ptr<Job> job, ChunkBuffers& buffers);
  void take_part(TeamWork& work, MemberBuffers& own, int rank);
  void finish_chunk(Job& job);

  const std::shared_ptr<const Model> model_;
  const Kernels& kernels_;
  std::mutex mutex_;
  std::condition_variable changed_;
  /**
   * Jobs that have had nothing yet, and jobs that have: two lines that are served by turns, each in its order. However
   * many long jobs there are, a new one waits for one chunk of them before each job that stands before it; and however
   * many come, a long one has every second chunk.
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
