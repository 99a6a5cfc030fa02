/** Models as JavaScript sees them. A process holds each model once, whichever threads ask for it. */
#include <map>
#include <memory>
#include <mutex>
#include <vector>
#include "../include/octavec_native.h"
#include "values.h"

namespace octavec_node {
namespace {

struct ModelDeleter {
  void operator()(octavec_model* model) const { octavec_model_release(model); }
};
using SharedModel = std::shared_ptr<octavec_model>;

std::mutex models_mutex;
std::map<std::string, std::weak_ptr<octavec_model>> models;

SharedModel known_model(const std::string& key) {
  const std::lock_guard<std::mutex> lock(models_mutex);
  const auto found = models.find(key);
  return found == models.end() ? nullptr : found->second.lock();
}

/** The model that others know under this key: that of the first who came. */
SharedModel remember(const std::string& key, SharedModel model) {
  const std::lock_guard<std::mutex> lock(models_mutex);
  for (auto entry = models.begin(); entry != models.end();) {
    entry = entry->second.expired() ? models.erase(entry) : std::next(entry);
  }
  std::weak_ptr<octavec_model>& place = models[key];
  if (const SharedModel first = place.lock()) {
    return first;
  }
  place = model;
  return model;
}

void forget_bytes(napi_env env, const SharedModel& model) {
  int64_t known_bytes;
  if (model != nullptr) {
    napi_adjust_external_memory(env, -static_cast<int64_t>(octavec_model_bytes(model.get())), &known_bytes);
  }
}

/** The object holds one share of the model. V8 is told of the memory, or it would see no reason to collect. */
napi_value wrap_model(napi_env env, SharedModel model) {
  auto holder = std::make_unique<SharedModel>(std::move(model));
  const octavec_model* facts = holder->get();
  napi_value object = carrier(env, kModelTag, holder.get(), [](napi_env finalizing, void* data, void*) {
    const std::unique_ptr<SharedModel> held(static_cast<SharedModel*>(data));
    forget_bytes(finalizing, *held);
  });
  if (object == nullptr) {
    return throw_error(env, "out of memory");
  }
  holder.release();
  int64_t known_bytes;
  napi_adjust_external_memory(env, static_cast<int64_t>(octavec_model_bytes(facts)), &known_bytes);
  const struct {
    const char* name;
    double value;
  } properties[] = {{"width", double(octavec_model_width(facts))},
                    {"hiddenWidth", double(octavec_model_hidden_width(facts))},
                    {"vocabulary", double(octavec_model_vocabulary(facts))},
                    {"maxTokens", double(octavec_model_max_tokens(facts))},
                    {"bytes", double(octavec_model_bytes(facts))}};
  for (const auto& property : properties) {
    napi_set_named_property(env, object, property.name, number(env, property.value));
  }
  napi_set_named_property(env, object, "isa", text(env, octavec_model_isa(facts)));
  return object;
}

/** Making a model off the event loop. */
struct LoadTask {
  napi_async_work work = nullptr;
  napi_deferred deferred = nullptr;
  /** Keeps the memory of `tensors`. */
  napi_ref tensors_alive = nullptr;
  std::string key;
  /** A packed file to map, or words and tensors to build the model from. */
  std::string path;
  bool bf16 = false;
  std::vector<int32_t> words;
  std::vector<octavec_tensor> tensors;
  SharedModel model;
  char why[512] = "";
};

void make(napi_env, void* data) {
  LoadTask& load = *static_cast<LoadTask*>(data);
  octavec_model* model = nullptr;
  const octavec_status status =
      load.path.empty() ? octavec_model_create(load.words.data(), load.words.size(), load.tensors.data(),
                                               load.tensors.size(), &model, load.why, sizeof load.why)
                        : octavec_model_map(load.path.c_str(), load.bf16, &model, load.why, sizeof load.why);
  if (status == OCTAVEC_OK) {
    load.model = remember(load.key, SharedModel(model, ModelDeleter()));
  }
}

void finish(napi_env env, napi_status, void* data) {
  const std::unique_ptr<LoadTask> load(static_cast<LoadTask*>(data));
  if (load->tensors_alive != nullptr) {
    napi_delete_reference(env, load->tensors_alive);
  }
  napi_delete_async_work(env, load->work);
  if (load->model != nullptr) {
    napi_resolve_deferred(env, load->deferred, wrap_model(env, load->model));
    return;
  }
  napi_value error;
  napi_create_error(env, nullptr, text(env, load->why), &error);
  napi_reject_deferred(env, load->deferred, error);
}

bool property(napi_env env, napi_value object, const char* name, int32_t& value) {
  napi_value held;
  return napi_get_named_property(env, object, name, &held) == napi_ok && int32(env, held, value);
}

/** { type, rows, columns, data: Uint8Array } */
bool read_tensor(napi_env env, napi_value list, uint32_t index, octavec_tensor& tensor) {
  napi_value object, data;
  int32_t type, rows, columns;
  Array bytes;
  if (napi_get_element(env, list, index, &object) != napi_ok || !property(env, object, "type", type) ||
      !property(env, object, "rows", rows) || !property(env, object, "columns", columns) ||
      napi_get_named_property(env, object, "data", &data) != napi_ok ||
      !typed_array(env, data, napi_uint8_array, bytes)) {
    return false;
  }
  tensor = {type, rows, columns, bytes.data, bytes.length};
  return true;
}

/** Starts the work, which then owns `load`; a promise of the model. */
napi_value start(napi_env env, std::unique_ptr<LoadTask> load) {
  napi_value promise;
  if (napi_create_promise(env, &load->deferred, &promise) != napi_ok ||
      napi_create_async_work(env, nullptr, text(env, "octavec load"), make, finish, load.get(), &load->work) !=
          napi_ok ||
      napi_queue_async_work(env, load->work) != napi_ok) {
    return throw_error(env, "out of memory");
  }
  load.release();
  return promise;
}

}  // namespace

/** findModel(key): the model, or undefined if this process does not hold it. */
napi_value find_model(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  std::string key;
  if (!string(env, arguments[0], key)) {
    return throw_error(env, "findModel(key)");
  }
  SharedModel model = known_model(key);
  return model == nullptr ? undefined(env) : wrap_model(env, std::move(model));
}

/** releaseModel(model): gives back the object's share; the model goes with the last one. */
napi_value release_model(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  if (auto* held = carried<SharedModel>(env, arguments[0], kModelTag)) {
    forget_bytes(env, *held);
    held->reset();
  }
  return undefined(env);
}

octavec_model* model_of(napi_env env, napi_value value) {
  auto* held = carried<SharedModel>(env, value, kModelTag);
  return held == nullptr ? nullptr : held->get();
}

/** loadModel(key, words: Int32Array, tensors): a promise of the model. */
napi_value load_model(napi_env env, napi_callback_info info) {
  const Arguments<3> arguments(env, info);
  auto load = std::make_unique<LoadTask>();
  Array words;
  uint32_t count = 0;
  if (!string(env, arguments[0], load->key) || !typed_array(env, arguments[1], napi_int32_array, words) ||
      napi_get_array_length(env, arguments[2], &count) != napi_ok) {
    return throw_error(env, "loadModel(key, words, tensors)");
  }
  const auto* first = static_cast<const int32_t*>(words.data);
  load->words.assign(first, first + words.length);
  load->tensors.resize(count);
  for (uint32_t i = 0; i < count; i++) {
    if (!read_tensor(env, arguments[2], i, load->tensors[i])) {
      return throw_error(env, "loadModel: a tensor is not { type, rows, columns, data: Uint8Array }");
    }
  }
  if (napi_create_reference(env, arguments[2], 1, &load->tensors_alive) != napi_ok) {
    return throw_error(env, "out of memory");
  }
  return start(env, std::move(load));
}

/** mapModel(key, path, bf16): a promise of a model that was packed into a file before. */
napi_value map_model(napi_env env, napi_callback_info info) {
  const Arguments<3> arguments(env, info);
  auto load = std::make_unique<LoadTask>();
  if (!string(env, arguments[0], load->key) || !string(env, arguments[1], load->path) || load->path.empty() ||
      napi_get_value_bool(env, arguments[2], &load->bf16) != napi_ok) {
    return throw_error(env, "mapModel(key, path, bf16)");
  }
  return start(env, std::move(load));
}

/** writeModel(model, path): packs a model into a file, on the calling thread. */
napi_value write_model(napi_env env, napi_callback_info info) {
  const Arguments<2> arguments(env, info);
  const octavec_model* model = model_of(env, arguments[0]);
  std::string path;
  char why[512] = "";
  if (model == nullptr || !string(env, arguments[1], path)) {
    return throw_error(env, "writeModel(model, path)");
  }
  if (octavec_model_write(model, path.c_str(), why, sizeof why) != OCTAVEC_OK) {
    return throw_error(env, why);
  }
  return undefined(env);
}

}  // namespace octavec_node
