/** Sessions and their jobs as JavaScript sees them: promises that the session's own threads fulfil. */
#include <map>
#include <memory>
#include <vector>
#include "../include/octavec_native.h"
#include "values.h"

namespace octavec_node {
namespace {

struct SessionHandle;

/** A job that runs. Belongs to JavaScript's thread; the job's own thread only hands it back. */
struct RunningJob {
  SessionHandle* session;
  int32_t number;
  /** Copies, which the caller may not change any more. */
  std::vector<int32_t> ids, offsets;
  octavec_job* core = nullptr;
  napi_deferred deferred = nullptr;
  /** An array that keeps session and results alive. */
  napi_ref alive = nullptr;
  octavec_status status = OCTAVEC_OK;
};

/** A session, and the way from its threads to JavaScript's. */
struct SessionHandle {
  napi_env env;
  octavec_session* core = nullptr;
  napi_threadsafe_function deliver = nullptr;
  /** By their numbers. */
  std::map<int32_t, RunningJob*> running;
  int32_t next_number = 0;
};

void settle(napi_env env, RunningJob* job) {
  napi_value result;
  switch (job->status) {
    case OCTAVEC_OK:
      napi_resolve_deferred(env, job->deferred, undefined(env));
      return;
    case OCTAVEC_CANCELLED:
      napi_create_error(env, text(env, "CANCELLED"), text(env, "cancelled"), &result);
      break;
    default:
      napi_create_error(env, text(env, "NO_MEMORY"), text(env, "out of memory"), &result);
  }
  napi_reject_deferred(env, job->deferred, result);
}

void forget(napi_env env, RunningJob* job) {
  SessionHandle& session = *job->session;
  session.running.erase(job->number);
  if (session.running.empty() && session.deliver != nullptr) {
    napi_unref_threadsafe_function(env, session.deliver);
  }
  napi_delete_reference(env, job->alive);
  octavec_job_release(job->core);
  delete job;
}

void on_delivery(napi_env env, napi_value, void*, void* data) {
  RunningJob* job = static_cast<RunningJob*>(data);
  if (env != nullptr) {
    settle(env, job);
    forget(env, job);
    return;
  }
  // Node is going down: nobody waits for the promise, and references went with the environment.
  octavec_job_release(job->core);
  delete job;
}

/** On a thread of the session. */
void on_done(void* user, octavec_status status) {
  RunningJob* job = static_cast<RunningJob*>(user);
  job->status = status;
  napi_call_threadsafe_function(job->session->deliver, job, napi_tsfn_nonblocking);
}

/** Ends a session: its jobs are cancelled and waited for. */
void shut(void* data) {
  SessionHandle& session = *static_cast<SessionHandle*>(data);
  if (session.core != nullptr) {
    for (const auto& [number, job] : session.running) {
      octavec_job_cancel(job->core);
    }
    octavec_session_release(session.core);
    session.core = nullptr;
    napi_release_threadsafe_function(session.deliver, napi_tsfn_release);
    session.deliver = nullptr;
  }
}

void collect(napi_env env, void* data, void*) {
  napi_remove_env_cleanup_hook(env, shut, data);
  shut(data);
  delete static_cast<SessionHandle*>(data);
}

}  // namespace

/** openSession(model, threads): the session. */
napi_value open_session(napi_env env, napi_callback_info info) {
  const Arguments<2> arguments(env, info);
  octavec_model* model = model_of(env, arguments[0]);
  int32_t threads;
  if (model == nullptr || !int32(env, arguments[1], threads)) {
    return throw_error(env, "openSession(model, threads)");
  }
  auto session = std::make_unique<SessionHandle>();
  session->env = env;
  if (napi_create_threadsafe_function(env, nullptr, nullptr, text(env, "octavec"), 0, 1, nullptr, nullptr, nullptr,
                                      on_delivery, &session->deliver) != napi_ok) {
    return throw_error(env, "out of memory");
  }
  napi_unref_threadsafe_function(env, session->deliver);
  if (octavec_session_create(model, threads, &session->core) != OCTAVEC_OK) {
    napi_release_threadsafe_function(session->deliver, napi_tsfn_release);
    return throw_error(env, "the threads could not be started");
  }
  napi_add_env_cleanup_hook(env, shut, session.get());
  return carrier(env, kSessionTag, session.release(), collect);
}

/**
 * run(session, ids, offsets, unpooledTokens, wantHidden, out): [promise, the job's number]. `out` must be as long as
 * the results, and is theirs until the promise is settled; ids and offsets are copied.
 */
napi_value run_batch(napi_env env, napi_callback_info info) {
  const Arguments<6> arguments(env, info);
  auto* session = carried<SessionHandle>(env, arguments[0], kSessionTag);
  Array ids, offsets, out;
  int32_t unpooled, want_hidden;
  if (session == nullptr || session->core == nullptr || !typed_array(env, arguments[1], napi_int32_array, ids) ||
      !typed_array(env, arguments[2], napi_int32_array, offsets) || offsets.length < 1 || offsets.length > INT32_MAX ||
      !int32(env, arguments[3], unpooled) || !int32(env, arguments[4], want_hidden) ||
      !typed_array(env, arguments[5], napi_float32_array, out)) {
    return throw_error(env, "run(session, ids, offsets, unpooledTokens, wantHidden, out)");
  }
  auto job = std::make_unique<RunningJob>();
  const auto *id = static_cast<const int32_t*>(ids.data), *offset = static_cast<const int32_t*>(offsets.data);
  job->session = session;
  job->ids.assign(id, id + ids.length);
  job->offsets.assign(offset, offset + offsets.length);
  const octavec_batch batch = {job->ids.data(), job->offsets.data(), static_cast<int32_t>(offsets.length - 1), unpooled,
                               want_hidden};
  const size_t rows = want_hidden != 0 ? ids.length : offsets.length - 1;
  const int32_t tokens = job->offsets.back();
  if (tokens < 0 || static_cast<size_t>(tokens) != ids.length ||
      out.length != rows * octavec_session_row_width(session->core, want_hidden)) {
    return throw_error(env, "ids, offsets and results do not fit each other");
  }

  napi_value held, pair, promise;
  napi_create_array_with_length(env, 2, &held);
  napi_set_element(env, held, 0, arguments[0]);
  napi_set_element(env, held, 1, arguments[5]);
  if (napi_create_reference(env, held, 1, &job->alive) != napi_ok ||
      napi_create_promise(env, &job->deferred, &promise) != napi_ok) {
    return throw_error(env, "out of memory");
  }
  char why[256] = "out of memory";
  RunningJob* started = job.release();
  started->number = session->next_number = (session->next_number + 1) % INT32_MAX;
  session->running[started->number] = started;
  if (session->running.size() == 1) {
    napi_ref_threadsafe_function(env, session->deliver);
  }
  // The results arrive through the event loop, never before this function returns.
  if (octavec_run(session->core, &batch, static_cast<float*>(out.data), on_done, started, &started->core, why,
                  sizeof why) != OCTAVEC_OK) {
    forget(env, started);
    return throw_error(env, why);
  }
  napi_create_array_with_length(env, 2, &pair);
  napi_set_element(env, pair, 0, promise);
  napi_set_element(env, pair, 1, number(env, started->number));
  return pair;
}

/** cancel(session, number): of a job that is done, nothing. */
napi_value cancel_job(napi_env env, napi_callback_info info) {
  const Arguments<2> arguments(env, info);
  auto* session = carried<SessionHandle>(env, arguments[0], kSessionTag);
  int32_t number;
  if (session != nullptr && int32(env, arguments[1], number)) {
    const auto job = session->running.find(number);
    if (job != session->running.end()) {
      octavec_job_cancel(job->second->core);
    }
  }
  return undefined(env);
}

/** closeSession(session): to be called when no job runs. */
napi_value close_session(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  if (auto* session = carried<SessionHandle>(env, arguments[0], kSessionTag)) {
    shut(session);
  }
  return undefined(env);
}

}  // namespace octavec_node
