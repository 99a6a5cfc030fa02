/** What processor and operating system offer together, each on its own architecture. */
#pragma once

namespace octavec {

/** Of kernels in plain C++. */
inline bool runs_everywhere() { return true; }

#if defined(__x86_64__) || defined(_M_X64)
bool has_avx2();
bool has_avx_vnni();
bool has_avx512_vnni();
bool has_avx512_bf16();
/** Also asks Linux for the state of the tiles, which a process gets once. */
bool has_amx_int8();
/** Likewise. */
bool has_amx_bf16();
#else
bool has_neon_dot();
bool has_neon_i8mm();
#endif

}  // namespace octavec
