// AVX-512 with VNNI: Intel from Ice Lake on, AMD from Zen 4 on.
#define OCTAVEC_KERNELS kernels_avx512vnni
#define OCTAVEC_ISA_NAME "avx512-vnni"
#define OCTAVEC_CHUNK_TOKENS 128
#define OCTAVEC_FFN_ROWS 128
#define OCTAVEC_UNPACKER
#include "lanes_avx512.h"
#include "unpack_avx512.h"
#include "number_int8.h"
#include "multiply_avx512vnni.h"
#include "tiles_fetching.h"
#include "attention_int8.h"
#include "table.h"
