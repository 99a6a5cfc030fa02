/** Small helpers around Node-API: arguments, errors, objects that carry a native pointer. */
#pragma once
#include <node_api.h>
#include <cstdint>
#include <string>
#include "../include/octavec_native.h"

namespace octavec_node {

/** Objects of one kind carry this tag, so that no other object is taken for one. */
extern const napi_type_tag kModelTag, kSessionTag;

struct Array {
  napi_typedarray_type type;
  void* data = nullptr;
  size_t length = 0;
};

inline napi_value throw_error(napi_env env, const char* message) {
  napi_throw_error(env, nullptr, message);
  return nullptr;
}

inline napi_value undefined(napi_env env) {
  napi_value value;
  napi_get_undefined(env, &value);
  return value;
}

inline napi_value number(napi_env env, double value) {
  napi_value result;
  napi_create_double(env, value, &result);
  return result;
}

inline napi_value text(napi_env env, const std::string& value) {
  napi_value result;
  napi_create_string_utf8(env, value.data(), value.size(), &result);
  return result;
}

/** Arguments of a call; those that are missing are undefined. */
template <size_t kCount>
struct Arguments {
  napi_value values[kCount];

  Arguments(napi_env env, napi_callback_info info) {
    size_t count = kCount;
    napi_get_cb_info(env, info, &count, values, nullptr, nullptr);
  }
  napi_value operator[](size_t i) const { return values[i]; }
};

/** A typed array of the given type; false if the value is none. */
inline bool typed_array(napi_env env, napi_value value, napi_typedarray_type type, Array& array) {
  bool is = false;
  return napi_is_typedarray(env, value, &is) == napi_ok && is &&
         napi_get_typedarray_info(env, value, &array.type, &array.length, &array.data, nullptr, nullptr) == napi_ok &&
         array.type == type;
}

inline bool int32(napi_env env, napi_value value, int32_t& result) {
  return napi_get_value_int32(env, value, &result) == napi_ok;
}

inline bool string(napi_env env, napi_value value, std::string& result) {
  size_t length = 0;
  if (napi_get_value_string_utf8(env, value, nullptr, 0, &length) != napi_ok) {
    return false;
  }
  result.resize(length + 1);
  napi_get_value_string_utf8(env, value, &result[0], result.size(), &length);
  result.resize(length);
  return true;
}

/** An object that carries `pointer`, released by `finalize` when the object is collected. */
inline napi_value carrier(napi_env env, const napi_type_tag& tag, void* pointer, napi_finalize finalize) {
  napi_value object;
  if (napi_create_object(env, &object) != napi_ok ||
      napi_wrap(env, object, pointer, finalize, nullptr, nullptr) != napi_ok ||
      napi_type_tag_object(env, object, &tag) != napi_ok) {
    return nullptr;
  }
  return object;
}

/** The pointer that a carrier holds; null if the value is not one of this kind. */
template <class T>
T* carried(napi_env env, napi_value value, const napi_type_tag& tag) {
  bool matches = false;
  void* pointer = nullptr;
  if (napi_check_object_type_tag(env, value, &tag, &matches) != napi_ok || !matches ||
      napi_unwrap(env, value, &pointer) != napi_ok) {
    return nullptr;
  }
  return static_cast<T*>(pointer);
}

napi_value trim_memory(napi_env, napi_callback_info);
napi_value map_file(napi_env, napi_callback_info);
napi_value average_rows(napi_env, napi_callback_info);
napi_value find_model(napi_env, napi_callback_info);
napi_value load_model(napi_env, napi_callback_info);
napi_value map_model(napi_env, napi_callback_info);
napi_value write_model(napi_env, napi_callback_info);
napi_value release_model(napi_env, napi_callback_info);
/** The model that an object of findModel, loadModel or mapModel holds; null if it is none, or has given it back. */
octavec_model* model_of(napi_env, napi_value);
napi_value open_session(napi_env, napi_callback_info);
napi_value run_batch(napi_env, napi_callback_info);
napi_value cancel_job(napi_env, napi_callback_info);
napi_value close_session(napi_env, napi_callback_info);
napi_value scan_rows(napi_env, napi_callback_info);

}  // namespace octavec_node
