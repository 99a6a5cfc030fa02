/** Memory that the process has freed and the C library keeps. */
#include "values.h"
#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace octavec_node {

/** Gives freed memory back to the system, that of all threads: glibc keeps it in a heap for each of them. */
napi_value trim_memory(napi_env env, napi_callback_info) {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
  return undefined(env);
}

}  // namespace octavec_node
