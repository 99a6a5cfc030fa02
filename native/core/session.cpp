#include "session.h"
#include <algorithm>
#include "head.h"
#include "joined_batch.h"
#include "reference.h"

namespace octavec {
namespace {

/** A share of fewer rows is not worth another thread's waking and its own pass over the weights. */
constexpr int32_t kRowsPerMember = 32;

/** Buffers larger than a usual chunk needs are given back after use. */
constexpr int32_t kKeptTokens = 2048;

void finish_text(const Model& model, const Kernels& kernels, const Batch& batch, int32_t text, const float* hidden,
                 float* place) {
  const int32_t tokens = batch.offsets[text + 1] - batch.offsets[text];
  if (batch.want_hidden != 0) {
    std::copy_n(hidden, size_t(tokens) * model.hidden, place);
  } else {
    apply_head(model, kernels, hidden, tokens, batch.unpooled_tokens, place);
  }
}

/** The reference path: no chunks, no teams. */
void run_text(const Model& model, const Kernels& kernels, const Batch& batch, int32_t text, std::vector<float>& hidden,
              float* place) {
  const int32_t first = batch.offsets[text], tokens = batch.offsets[text + 1] - first;
  hidden.resize(size_t(tokens) * model.hidden);
  reference_forward(model, batch.ids + first, tokens, hidden.data());
  finish_text(model, kernels, batch, text, hidden.data(), place);
}

/** One member's share of a chunk, up to the results: `place(text)` is where a text's goes. */
template <class Place>
Outcome run_share(const ChunkTask& task, MemberBuffers& own, int rank, Place place) {
  const Batch& batch = task.batch;
  const Chunk& chunk = task.chunk;
  if (task.model.precision == Precision::kFloat32) {
    std::vector<float> hidden;
    for (int32_t text = chunk.first_text; text < chunk.end_text; text++) {
      if (task.cancelled.load(std::memory_order_relaxed)) {
        return Outcome::kCancelled;
      }
      run_text(task.model, task.kernels, batch, text, hidden, place(text));
    }
    return Outcome::kDone;
  }
  const Outcome outcome = forward(task, own, rank);
  if (outcome == Outcome::kDone) {
    task.team.wait();
    const Share texts(chunk.end_text - chunk.first_text, rank, task.team.size(), 1);
    for (int32_t text = chunk.first_text + texts.begin; text < chunk.first_text + texts.end; text++) {
      const size_t row = batch.offsets[text] - chunk.first_token;
      finish_text(task.model, task.kernels, batch, text, task.buffers.hidden.data() + row * task.model.hidden,
                  place(text));
    }
  }
  return outcome;
}

}  // namespace

/** A chunk that a team works on: of one job, or all texts of several. */
struct Session::TeamWork {
  const Jobs jobs;
  JoinedBatch joined;
  /** Of several jobs none is stopped on the way: the others want theirs. */
  const std::atomic<bool> never{false};
  Team team;
  ChunkTask task;

  TeamWork(const Jobs& jobs_, const Chunk& chunk, const Model& model, const Kernels& kernels, ChunkBuffers& buffers,
           int size)
      : jobs(jobs_),
        joined(model),
        team(size),
        task{model, kernels, batch_of_jobs(), chunk, buffers, team, is_joined() ? never : jobs.first().cancelled} {}

  float* place(int32_t text) const {
    return is_joined() ? joined.place(text) : result_place(task.model, task.batch, text, jobs.first().out);
  }

 private:
  bool is_joined() const { return jobs.count() > 1; }
  const Batch& batch_of_jobs() {
    if (!is_joined()) {
      return jobs.first().batch;
    }
    for (const std::shared_ptr<Job>& job : jobs) {
      joined.add(job->batch, job->out);
    }
    return joined.batch();
  }
};

Session::Session(std::shared_ptr<const Model> model, const Kernels& kernels, int threads)
    : model_(std::move(model)), kernels_(kernels) {
  try {
    for (int i = 0; i < threads; i++) {
      threads_.emplace_back([this] { work(); });
    }
  } catch (...) {
    close();
    throw;
  }
}

Session::~Session() { close(); }

void Session::close() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    closing_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) {
    thread.join();
  }
}

std::shared_ptr<Job> Session::run(const Batch& batch, float* out, octavec_done done, void* user) {
  auto job = std::make_shared<Job>();
  job->batch = batch;
  job->out = out;
  job->done = done;
  job->user = user;
  job->chunks = cut_batch(batch, kernels_.chunk_tokens);
  job->left = job->chunks.size();
  if (job->chunks.empty()) {
    done(user, OCTAVEC_OK);
    return job;
  }
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    new_.push_back(job);
  }
  changed_.notify_all();
  return job;
}

void Session::work() {
  kernels_.enter_thread();
  ChunkBuffers buffers;
  MemberBuffers own;
  while (work_once(buffers, own)) {
  }
}

bool Session::work_once(ChunkBuffers& buffers, MemberBuffers& own) {
  std::shared_ptr<TeamWork> work;
  int rank = 0;
  Jobs jobs;
  {
    std::unique_lock<std::mutex> lock(mutex_);
    idle_++;
    changed_.wait(lock, [this] { return team_ != nullptr || !is_idle() || closing_; });
    idle_--;
    if (team_ != nullptr) {
      work = team_;
      rank = next_place_++;
      if (next_place_ == team_->team.size()) {
        team_ = nullptr;
      }
    } else if (!is_idle()) {
      jobs.add(next_in_turn());
      const Chunk chunk = take_chunk(jobs);
      try {
        work = lead(jobs, chunk, buffers);
      } catch (const std::bad_alloc&) {
        jobs.no_memory();
      }
    } else {
      return false;
    }
  }
  if (work != nullptr) {
    take_part(*work, own, rank);
  } else {
    finish_chunks(jobs);
  }
  if (buffers.hidden.size() > size_t(kKeptTokens) * model_->hidden) {
    buffers = ChunkBuffers();
    own = MemberBuffers();
  }
  return true;
}

/** Takes a job out of its line. Holds the lock. */
std::shared_ptr<Job> Session::next_in_turn() {
  const bool is_new = served_.empty() || (new_is_next_ && !new_.empty());
  // A turn is owed only to those who had to let others go first.
  new_is_next_ = !is_new || served_.empty();
  std::deque<std::shared_ptr<Job>>& line = is_new ? new_ : served_;
  std::shared_ptr<Job> job = std::move(line.front());
  line.pop_front();
  return job;
}

/** Takes the next chunk of the first job, and jobs that go along with it. Holds the lock. */
Chunk Session::take_chunk(Jobs& jobs) {
  const std::shared_ptr<Job> job = jobs.begin()[0];
  const Chunk chunk = job->chunks[job->next++];
  if (job->next < job->chunks.size()) {
    served_.push_back(job);
  }
  if (!may_join(*job)) {
    return chunk;
  }
  Chunk all{0, job->batch.texts, 0, job->tokens()};
  const int32_t most = tokens_to_join(*job);
  for (auto next = new_.begin(); next != new_.end() && all.tokens < most && !jobs.is_full();) {
    const Job& other = **next;
    if (may_join(other) && all.tokens + other.tokens() <= most && fit_together(job->batch, other.batch)) {
      all.end_text += other.batch.texts;
      all.tokens += other.tokens();
      jobs.add(std::move(*next));
      next = new_.erase(next);
    } else {
      ++next;
    }
  }
  return all;
}

/** Short jobs gain by being joined, and do not hold each other up for long. The reference path gains nothing. */
bool Session::may_join(const Job& job) const {
  return job.chunks.size() == 1 && job.tokens() <= kernels_.chunk_tokens / 2 &&
         model_->precision != Precision::kFloat32;
}

/** A chunk's tokens, or an even share of what waits where other threads are free. Holds the lock. */
int32_t Session::tokens_to_join(const Job& first) const {
  const int32_t enough = (1 + idle_) * kernels_.chunk_tokens;
  int32_t waiting = first.tokens();
  for (auto job = new_.begin(); job != new_.end() && waiting < enough; ++job) {
    waiting += std::min((*job)->tokens(), enough);
  }
  return std::min(waiting, enough) / (1 + idle_);
}

/**
 * Makes a team for a chunk, which idle threads are invited to if it is the last of all and worth sharing. Holds the
 * lock.
 */
std::shared_ptr<Session::TeamWork> Session::lead(const Jobs& jobs, const Chunk& chunk, ChunkBuffers& buffers) {
  int members = 1;
  if (is_idle() && team_ == nullptr && model_->precision != Precision::kFloat32) {
    members = std::max(1, std::min(1 + idle_, chunk.tokens / kRowsPerMember));
  }
  auto work = std::make_shared<TeamWork>(jobs, chunk, *model_, kernels_, buffers, members);
  if (model_->precision != Precision::kFloat32) {
    buffers.reserve(*model_, kernels_, work->task.batch, chunk);
  }
  if (members > 1) {
    team_ = work;
    next_place_ = 1;
    changed_.notify_all();
  }
  return work;
}

void Session::take_part(TeamWork& work, MemberBuffers& own, int rank) {
  Outcome outcome = Outcome::kCancelled;
  try {
    if (work.team.size() > 1 || !work.task.cancelled.load(std::memory_order_relaxed)) {
      outcome = run_share(work.task, own, rank, [&](int32_t text) { return work.place(text); });
    }
  } catch (const std::bad_alloc&) {
    outcome = Outcome::kNoMemory;
  }
  if (outcome == Outcome::kNoMemory) {
    work.jobs.no_memory();
  }
  work.team.wait();
  if (rank == 0) {
    finish_chunks(work.jobs);
  }
}

void Session::finish_chunks(const Jobs& jobs) {
  for (const std::shared_ptr<Job>& job : jobs) {
    if (job->left.fetch_sub(1) == 1) {
      job->done(job->user, job->no_memory ? OCTAVEC_NO_MEMORY : job->cancelled ? OCTAVEC_CANCELLED : OCTAVEC_OK);
    }
  }
}

void run_here(const Model& model, const Kernels& kernels, const Batch& batch, float* out) {
  kernels.enter_thread();
  ChunkBuffers buffers;
  MemberBuffers own;
  const std::atomic<bool> cancelled{false};
  for (const Chunk& chunk : cut_batch(batch, kernels.chunk_tokens)) {
    Team team(1);
    if (model.precision != Precision::kFloat32) {
      buffers.reserve(model, kernels, batch, chunk);
    }
    const auto place = [&](int32_t text) { return result_place(model, batch, text, out); };
    if (run_share({model, kernels, batch, chunk, buffers, team, cancelled}, own, 0, place) == Outcome::kNoMemory) {
      throw std::bad_alloc();
    }
  }
}

}  // namespace octavec
