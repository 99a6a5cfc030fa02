/** Static models as JavaScript sees them: a file's bytes, and the mean of rows on another thread. */
#include "../core/static_table.h"
#include <memory>
#include <stdexcept>
#include "../core/mapped_file.h"
#include "values.h"

namespace octavec_node {
namespace {

struct AverageTask {
  napi_async_work work = nullptr;
  napi_deferred deferred = nullptr;
  /** Keeps the memory of all arrays. */
  napi_ref alive = nullptr;
  octavec::StaticTable table{};
  const int32_t* ids = nullptr;
  const int32_t* offsets = nullptr;
  int32_t texts = 0;
  bool normalize = false;
  float* out = nullptr;
};

void compute(napi_env, void* data) {
  const AverageTask& task = *static_cast<AverageTask*>(data);
  octavec::average_rows(task.table, task.ids, task.offsets, task.texts, task.normalize, task.out);
}

void finish(napi_env env, napi_status, void* data) {
  const std::unique_ptr<AverageTask> task(static_cast<AverageTask*>(data));
  napi_delete_reference(env, task->alive);
  napi_delete_async_work(env, task->work);
  napi_resolve_deferred(env, task->deferred, undefined(env));
}

/** An array, or undefined: false for anything else. */
bool optional_array(napi_env env, napi_value value, napi_typedarray_type type, Array& array) {
  napi_valuetype kind;
  if (napi_typeof(env, value, &kind) == napi_ok && kind == napi_undefined) {
    return true;
  }
  return typed_array(env, value, type, array);
}

/** Whether every row that the ids lead to lies within the arrays. */
bool fits(const AverageTask& task, const Array& rows, size_t row_bytes, const Array& scales, const Array& weights,
          const Array& mapping, size_t ids) {
  const size_t count = rows.length / row_bytes;
  const size_t tokens = task.table.mapping == nullptr ? count : mapping.length;
  if ((scales.data != nullptr && scales.length < count) || (weights.data != nullptr && weights.length < tokens)) {
    return false;
  }
  for (size_t i = 0; i < ids; i++) {
    const int32_t id = task.ids[i];
    if (id < 0 || static_cast<size_t>(id) >= tokens) {
      return false;
    }
    const int32_t row = task.table.mapping == nullptr ? id : task.table.mapping[id];
    if (row < 0 || static_cast<size_t>(row) >= count) {
      return false;
    }
  }
  for (int32_t text = 0; text < task.texts; text++) {
    if (task.offsets[text] > task.offsets[text + 1]) {
      return false;
    }
  }
  return task.offsets[0] == 0 && static_cast<size_t>(task.offsets[task.texts]) == ids;
}

}  // namespace

/** mapFile(path): its bytes as an ArrayBuffer. */
napi_value map_file(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  std::string path;
  if (!string(env, arguments[0], path)) {
    return throw_error(env, "mapFile(path)");
  }
  try {
    auto file = std::make_unique<octavec::MappedFile>(path.c_str());
    napi_value buffer;
    const auto release = [](napi_env, void*, void* hint) { delete static_cast<octavec::MappedFile*>(hint); };
    if (napi_create_external_arraybuffer(env, const_cast<uint8_t*>(file->data()), file->size(), release, file.get(),
                                         &buffer) != napi_ok) {
      return throw_error(env, "the file cannot be mapped");
    }
    file.release();
    return buffer;
  } catch (const std::exception& error) {
    return throw_error(env, error.what());
  }
}

/** averageRows(rows, type, columns, scales, weights, mapping, ids, offsets, normalize, out): a promise. */
napi_value average_rows(napi_env env, napi_callback_info info) {
  const Arguments<10> arguments(env, info);
  auto task = std::make_unique<AverageTask>();
  Array rows, scales, weights, mapping, ids, offsets, out;
  int32_t type, columns;
  if (!typed_array(env, arguments[0], napi_uint8_array, rows) || !int32(env, arguments[1], type) ||
      !int32(env, arguments[2], columns) || columns < 1 ||
      !optional_array(env, arguments[3], napi_float32_array, scales) ||
      !optional_array(env, arguments[4], napi_float32_array, weights) ||
      !optional_array(env, arguments[5], napi_int32_array, mapping) ||
      !typed_array(env, arguments[6], napi_int32_array, ids) ||
      !typed_array(env, arguments[7], napi_int32_array, offsets) || offsets.length < 1 || offsets.length > INT32_MAX ||
      napi_get_value_bool(env, arguments[8], &task->normalize) != napi_ok ||
      !typed_array(env, arguments[9], napi_float32_array, out) ||
      (type != OCTAVEC_F32 && type != OCTAVEC_F16 && type != OCTAVEC_S8)) {
    return throw_error(env, "averageRows(rows, type, columns, scales, weights, mapping, ids, offsets, normalize, out)");
  }
  task->table = {static_cast<const uint8_t*>(rows.data),
                 type,
                 columns,
                 static_cast<const float*>(scales.data),
                 static_cast<const float*>(weights.data),
                 static_cast<const int32_t*>(mapping.data)};
  task->ids = static_cast<const int32_t*>(ids.data);
  task->offsets = static_cast<const int32_t*>(offsets.data);
  task->texts = static_cast<int32_t>(offsets.length - 1);
  task->out = static_cast<float*>(out.data);
  const size_t row_bytes = static_cast<size_t>(columns) * (type == OCTAVEC_F32 ? 4 : type == OCTAVEC_F16 ? 2 : 1);
  if (!fits(*task, rows, row_bytes, scales, weights, mapping, ids.length) ||
      out.length != static_cast<size_t>(task->texts) * static_cast<size_t>(columns)) {
    return throw_error(env, "table, ids, offsets and results do not fit each other");
  }
  napi_value held, promise;
  napi_create_array_with_length(env, 7, &held);
  const napi_value kept[] = {arguments[0], arguments[3], arguments[4], arguments[5],
                             arguments[6], arguments[7], arguments[9]};
  for (uint32_t i = 0; i < 7; i++) {
    napi_set_element(env, held, i, kept[i]);
  }
  if (napi_create_reference(env, held, 1, &task->alive) != napi_ok ||
      napi_create_promise(env, &task->deferred, &promise) != napi_ok ||
      napi_create_async_work(env, nullptr, text(env, "octavec average"), compute, finish, task.get(), &task->work) !=
          napi_ok ||
      napi_queue_async_work(env, task->work) != napi_ok) {
    return throw_error(env, "out of memory");
  }
  task.release();
  return promise;
}

}  // namespace octavec_node
