/** The module that Node loads: functions and the name of the instruction set. src/native/binding.ts types them.
 */
#include "../include/octavec_native.h"
#include "values.h"

namespace octavec_node {

const napi_type_tag kModelTag = {0x6f63746176656331, 0x6d6f64656c000001};
const napi_type_tag kSessionTag = {0x6f63746176656331, 0x73657373696f6e01};

}  // namespace octavec_node

NAPI_MODULE_INIT() {
  using namespace octavec_node;
  const struct {
    const char* name;
    napi_callback function;
  } functions[] = {{"findModel", find_model},   {"loadModel", load_model},       {"mapModel", map_model},
                   {"writeModel", write_model}, {"releaseModel", release_model}, {"openSession", open_session},
                   {"run", run_batch},          {"cancel", cancel_job},          {"closeSession", close_session},
                   {"trimMemory", trim_memory}, {"mapFile", map_file},           {"averageRows", average_rows},
                   {"scanRows", scan_rows}};
  for (const auto& entry : functions) {
    napi_value function;
    if (napi_create_function(env, entry.name, NAPI_AUTO_LENGTH, entry.function, nullptr, &function) != napi_ok ||
        napi_set_named_property(env, exports, entry.name, function) != napi_ok) {
      return nullptr;
    }
  }
  const char* isa = octavec_isa();
  napi_set_named_property(env, exports, "isa", isa == nullptr ? undefined(env) : text(env, isa));
  return exports;
}
