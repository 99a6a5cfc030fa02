#include "session.h"
#include <algorithm>
#include "head.h"
#include "reference.h"

namespace octavec {
namespace {

/** A share of fewer rows is not worth another thread's waking and its own pass over the weights. */
constexpr int32_t kRowsPerMember = 32;

/** Buffers larger than a usual chunk needs are given back after use. */
constexpr int32_t kKeptTokens = 2048;

void finish_text(const Model& model, const Kernels& kernels, const Batch& batch, int32_t text, const float* hidden,
                 float* out) {
  const int32_t first = batch.offsets[text], tokens = batch.offsets[text + 1] - first;
  if (batch.want_hidden != 0) {
    std::copy_n(hidden, size_t(tokens) * model.hidden, out + size_t(first) * model.hidden);
  } else {
    apply_head(model, kernels, hidden, tokens, batch.unpooled_tokens, out + size_t(text) * model.width());
  }
}

/** The reference path: no chunks, no teams. */
void run_text(const Model& model, const Kernels& kernels, const Batch& batch, int32_t text, std::vector<float>& hidden,
              float* out) {
  const int32_t first = batch.offsets[text], tokens = batch.offsets[text + 1] - first;
  hidden.resize(size_t(tokens) * model.hidden);
  reference_forward(model, batch.ids + first, tokens, hidden.data());
  finish_text(model, kernels, batch, text, hidden.data(), out);
}

/** One member's share of a chunk, up to the results. */
Outcome run_share(const ChunkTask& task, MemberBuffers& own, int rank, float* out) {
  const Batch& batch = task.batch;
  const Chunk& chunk = task.chunk;
  if (task.model.precision == Precision::kFloat32) {
    std::vector<float> hidden;
    for (int32_t text = chunk.first_text; text < chunk.end_text; text++) {
      if (task.cancelled.load(std::memory_order_relaxed)) {
        return Outcome::kCancelled;
      }
      run_text(task.model, task.kernels, batch, text, hidden, out);
    }
    return Outcome::kDone;
  }
  const Outcome outcome = forward(task, own, rank);
  if (outcome == Outcome::kDone) {
    task.team.wait();
    const Share texts(chunk.end_text - chunk.first_text, rank, task.team.size(), 1);
    for (int32_t text = chunk.first_text + texts.begin; text < chunk.first_text + texts.end; text++) {
      const size_t row = batch.offsets[text] - chunk.first_token;
      finish_text(task.model, task.kernels, batch, text, task.buffers.hidden.data() + row * task.model.hidden, out);
    }
  }
  return outcome;
}

}  // namespace

struct Session::TeamWork {
  std::shared_ptr<Job> job;
  Team team;
  ChunkTask task;

  TeamWork(std::shared_ptr<Job> job_, const Model& model, const Kernels& kernels, const Chunk& chunk,
           ChunkBuffers& buffers, int size)
      : job(std::move(job_)), team(size), task{model, kernels, job->batch, chunk, buffers, team, job->cancelled} {}
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
  std::shared_ptr<Job> job;
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
      job = next_in_turn();
      try {
        work = lead(job, buffers);
      } catch (const std::bad_alloc&) {
        job->no_memory = true;
      }
    } else {
      return false;
    }
  }
  if (work != nullptr) {
    take_part(*work, own, rank);
  } else {
    finish_chunk(*job);
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

/**
 * Takes the next chunk of a job, which then stands behind the others that have been served. Invites idle threads if the
 * chunk is the last of all and worth sharing. Holds the lock.
 */
std::shared_ptr<Session::TeamWork> Session::lead(std::shared_ptr<Job> job, ChunkBuffers& buffers) {
  const Chunk chunk = job->chunks[job->next++];
  if (job->next < job->chunks.size()) {
    served_.push_back(job);
  }
  int members = 1;
  if (is_idle() && team_ == nullptr && model_->precision != Precision::kFloat32) {
    members = std::max(1, std::min(1 + idle_, chunk.tokens / kRowsPerMember));
  }
  if (model_->precision != Precision::kFloat32) {
    buffers.reserve(*model_, kernels_, job->batch, chunk);
  }
  auto work = std::make_shared<TeamWork>(std::move(job), *model_, kernels_, chunk, buffers, members);
  if (members > 1) {
    team_ = work;
    next_place_ = 1;
    changed_.notify_all();
  }
  return work;
}

void Session::take_part(TeamWork& work, MemberBuffers& own, int rank) {
  Job& job = *work.job;
  Outcome outcome = Outcome::kCancelled;
  try {
    if (work.team.size() > 1 || !job.cancelled.load(std::memory_order_relaxed)) {
      outcome = run_share(work.task, own, rank, job.out);
    }
  } catch (const std::bad_alloc&) {
    outcome = Outcome::kNoMemory;
  }
  if (outcome == Outcome::kNoMemory) {
    job.no_memory = true;
  }
  work.team.wait();
  if (rank == 0) {
    finish_chunk(job);
  }
}

void Session::finish_chunk(Job& job) {
  if (job.left.fetch_sub(1) == 1) {
    job.done(job.user, job.no_memory ? OCTAVEC_NO_MEMORY : job.cancelled ? OCTAVEC_CANCELLED : OCTAVEC_OK);
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
    if (run_share({model, kernels, batch, chunk, buffers, team, cancelled}, own, 0, out) == Outcome::kNoMemory) {
      throw std::bad_alloc();
    }
  }
}

}  // namespace octavec
