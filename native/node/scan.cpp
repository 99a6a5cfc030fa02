/** The search for rows that are most like a vector, as JavaScript sees it. */
#include "../core/scan.h"
#include <exception>
#include <memory>
#include "values.h"

namespace octavec_node {
namespace {

struct ScanJob {
  octavec::ScanRequest request;
  octavec::ScannedRows found;
  std::string error;
  napi_deferred deferred = nullptr;
  napi_async_work work = nullptr;
  /** An array that keeps the arguments alive. */
  napi_ref alive = nullptr;
};

/** On a thread of libuv. */
void execute(napi_env, void* data) {
  auto* job = static_cast<ScanJob*>(data);
  try {
    job->found = octavec::scan_rows(job->request);
  } catch (const std::exception& error) {
    job->error = error.what();
  }
}

template <class T>
napi_value typed_copy(napi_env env, napi_typedarray_type type, const std::vector<T>& values) {
  void* data = nullptr;
  napi_value buffer, array;
  if (napi_create_arraybuffer(env, values.size() * sizeof(T), &data, &buffer) != napi_ok ||
      napi_create_typedarray(env, type, values.size(), buffer, 0, &array) != napi_ok) {
    return nullptr;
  }
  std::copy(values.begin(), values.end(), static_cast<T*>(data));
  return array;
}

void complete(napi_env env, napi_status, void* data) {
  const std::unique_ptr<ScanJob> job(static_cast<ScanJob*>(data));
  napi_value result = nullptr;
  napi_value rows = nullptr, scores = nullptr;
  if (job->error.empty()) {
    rows = typed_copy(env, napi_uint32_array, job->found.rows);
    scores = typed_copy(env, napi_float32_array, job->found.scores);
  }
  if (rows != nullptr && scores != nullptr && napi_create_array_with_length(env, 2, &result) == napi_ok) {
    napi_set_element(env, result, 0, rows);
    napi_set_element(env, result, 1, scores);
    napi_resolve_deferred(env, job->deferred, result);
  } else {
    napi_create_error(env, text(env, "SCAN"), text(env, job->error.empty() ? "out of memory" : job->error), &result);
    napi_reject_deferred(env, job->deferred, result);
  }
  napi_delete_reference(env, job->alive);
  napi_delete_async_work(env, job->work);
}

/** Fills in what is compared; false if the arrays are not of the types and lengths that belong together. */
bool read_rows(napi_env env, const Arguments<10>& arguments, octavec::ScanRequest& request) {
  using octavec::ScanKind;
  Array rows, query, scales, allowed;
  int32_t columns;
  if (!int32(env, arguments[5], columns) || columns < 1) {
    return false;
  }
  size_t width = static_cast<size_t>(columns);
  if (typed_array(env, arguments[0], napi_int8_array, rows)) {
    request.kind = ScanKind::kInt8;
    if (!typed_array(env, arguments[1], napi_float32_array, scales) || scales.length * width != rows.length ||
        !typed_array(env, arguments[2], napi_int8_array, query)) {
      return false;
    }
    request.scales = static_cast<const float*>(scales.data);
  } else if (typed_array(env, arguments[0], napi_float32_array, rows)) {
    request.kind = ScanKind::kFloat32;
    if (!typed_array(env, arguments[2], napi_float32_array, query)) {
      return false;
    }
  } else if (typed_array(env, arguments[0], napi_uint8_array, rows)) {
    request.kind = ScanKind::kBinary;
    width = (width + 7) / 8;
    if (!typed_array(env, arguments[2], napi_uint8_array, query)) {
      return false;
    }
  } else {
    return false;
  }
  if (query.length != width || rows.length % width != 0 || rows.length / width > UINT32_MAX) {
    return false;
  }
  request.data = rows.data;
  request.query = query.data;
  request.rows = rows.length / width;
  request.columns = static_cast<size_t>(columns);
  if (typed_array(env, arguments[4], napi_uint8_array, allowed)) {
    if (allowed.length != request.rows) {
      return false;
    }
    request.allowed = static_cast<const uint8_t*>(allowed.data);
  }
  return true;
}

}  // namespace

/**
 * scanRows(rows, scales, query, queryScale, allowed, columns, top, margin, threads): a promise of [rows, scores]. None
 * of the arrays may be changed before it is settled.
 */
napi_value scan_rows(napi_env env, napi_callback_info info) {
  const Arguments<10> arguments(env, info);
  auto job = std::make_unique<ScanJob>();
  double query_scale, margin;
  int32_t top, threads;
  if (!read_rows(env, arguments, job->request) || napi_get_value_double(env, arguments[3], &query_scale) != napi_ok ||
      !int32(env, arguments[6], top) || top < 1 || napi_get_value_double(env, arguments[7], &margin) != napi_ok ||
      !int32(env, arguments[8], threads)) {
    return throw_error(env, "scanRows(rows, scales, query, queryScale, allowed, columns, top, margin, threads)");
  }
  job->request.query_scale = static_cast<float>(query_scale);
  job->request.margin = static_cast<float>(margin);
  job->request.top = static_cast<size_t>(top);
  job->request.threads = threads;
  napi_value kept, promise;
  napi_create_array_with_length(env, 4, &kept);
  for (uint32_t i = 0; i < 4; i++) {
    napi_set_element(env, kept, i, arguments[i == 3 ? 4 : i]);
  }
  if (napi_create_reference(env, kept, 1, &job->alive) != napi_ok ||
      napi_create_promise(env, &job->deferred, &promise) != napi_ok ||
      napi_create_async_work(env, nullptr, text(env, "octavec scan"), execute, complete, job.get(), &job->work) !=
          napi_ok ||
      napi_queue_async_work(env, job->work) != napi_ok) {
    return throw_error(env, "out of memory");
  }
  job.release();
  return promise;
}

}  // namespace octavec_node
