#include <algorithm>
#include <cstring>
#include <new>
#include <stdexcept>
#include "../include/octavec_native.h"
#include "isa.h"
#include "model_file.h"
#include "session.h"

using octavec::active_kernels;
using octavec::Precision;

struct octavec_model {
  std::shared_ptr<const octavec::Model> model;
};
struct octavec_session {
  octavec::Session session;
};
struct octavec_job {
  std::shared_ptr<octavec::Job> job;
};

namespace {

void say(const char* text, char* why, size_t size) {
  if (why != nullptr && size > 0) {
    const size_t length = std::min(size - 1, std::strlen(text));
    std::memcpy(why, text, length);
    why[length] = 0;
  }
}

/** Nothing may be thrown through a C interface. */
template <class Action>
octavec_status guarded(char* why, size_t why_size, Action action) {
  try {
    action();
    return OCTAVEC_OK;
  } catch (const std::invalid_argument& error) {
    say(error.what(), why, why_size);
    return OCTAVEC_INVALID;
  } catch (const std::exception& error) {
    say(error.what(), why, why_size);
    return OCTAVEC_NO_MEMORY;
  }
}

const octavec::Kernels* kernels_for(Precision precision) {
  return active_kernels(precision == Precision::kBFloat16 ? 2 : 1);
}

/** Throws std::invalid_argument if this machine has none. */
const octavec::Kernels& needed_kernels(Precision precision) {
  if (active_kernels() == nullptr) {
    throw std::invalid_argument("OCTAVEC_ISA names an instruction set that this machine does not have");
  }
  const octavec::Kernels* kernels = kernels_for(precision);
  if (kernels == nullptr) {
    throw std::invalid_argument("this processor does not multiply BF16 (AVX-512 BF16 or AMX-BF16)");
  }
  return *kernels;
}

}  // namespace

const char* octavec_isa(void) { return active_kernels() == nullptr ? nullptr : active_kernels()->name; }
const char* octavec_model_isa(const octavec_model* model) { return kernels_for(model->model->precision)->name; }

octavec_status octavec_model_create(const int32_t* words, size_t word_count, const octavec_tensor* tensors,
                                    size_t tensor_count, octavec_model** model, char* why, size_t why_size) {
  return guarded(why, why_size, [&] {
    const octavec::ModelDescription description = octavec::read_description(words, word_count, tensors, tensor_count);
    const octavec::Kernels& kernels = needed_kernels(description.precision);
    *model = new octavec_model{std::make_shared<const octavec::Model>(octavec::build_model(description, kernels))};
  });
}

octavec_status octavec_model_write(const octavec_model* model, const char* path, char* why, size_t why_size) {
  return guarded(why, why_size,
                 [&] { octavec::write_model_file(*model->model, *kernels_for(model->model->precision), path); });
}

octavec_status octavec_model_map(const char* path, int32_t bf16, octavec_model** model, char* why, size_t why_size) {
  return guarded(why, why_size, [&] {
    const octavec::Kernels& kernels = needed_kernels(bf16 != 0 ? Precision::kBFloat16 : Precision::kInt8);
    *model = new octavec_model{std::make_shared<const octavec::Model>(octavec::map_model_file(path, kernels))};
  });
}

octavec_model* octavec_model_retain(octavec_model* model) { return new (std::nothrow) octavec_model{model->model}; }
void octavec_model_release(octavec_model* model) { delete model; }
int32_t octavec_model_width(const octavec_model* model) { return model->model->width(); }
int32_t octavec_model_hidden_width(const octavec_model* model) { return model->model->hidden; }
int32_t octavec_model_vocabulary(const octavec_model* model) { return model->model->vocabulary; }
int32_t octavec_model_max_tokens(const octavec_model* model) { return model->model->max_tokens; }
size_t octavec_model_bytes(const octavec_model* model) { return model->model->bytes(); }

octavec_status octavec_session_create(octavec_model* model, int32_t threads, octavec_session** session) {
  return guarded(nullptr, 0, [&] {
    if (threads < 1 || threads > 1024) {
      throw std::invalid_argument("threads");
    }
    *session = new octavec_session{{model->model, *kernels_for(model->model->precision), threads}};
  });
}

size_t octavec_session_row_width(const octavec_session* session, int32_t want_hidden) {
  const octavec::Model& model = session->session.model();
  return want_hidden != 0 ? model.hidden : model.width();
}

void octavec_session_release(octavec_session* session) { delete session; }

octavec_status octavec_run(octavec_session* session, const octavec_batch* batch, float* out, octavec_done done,
                           void* user, octavec_job** job, char* why, size_t why_size) {
  return guarded(why, why_size, [&] {
    octavec::check_batch(*batch, session->session.model());
    auto handle = std::make_unique<octavec_job>();
    handle->job = session->session.run(*batch, out, done, user);
    *job = handle.release();
  });
}

void octavec_job_cancel(octavec_job* job) { job->job->cancelled = true; }
void octavec_job_release(octavec_job* job) { delete job; }

octavec_status octavec_run_here(octavec_model* model, const octavec_batch* batch, float* out, char* why,
                                size_t why_size) {
  return guarded(why, why_size, [&] {
    octavec::check_batch(*batch, *model->model);
    octavec::run_here(*model->model, *kernels_for(model->model->precision), *batch, out);
  });
}
