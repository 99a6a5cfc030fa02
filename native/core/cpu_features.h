/** What processor and operating system offer together. False on other architectures. */
#pragma once

namespace octavec {

bool has_avx2();
bool has_avx_vnni();
bool has_avx512_vnni();
bool has_avx512_bf16();
/** Also asks Linux for the state of the tiles, which a process gets once. */
bool has_amx_int8();
/** Likewise. */
bool has_amx_bf16();
bool has_neon_dot();
bool has_neon_i8mm();

}  // namespace octavec
