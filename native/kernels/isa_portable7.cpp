// Plain C++ with signed operands of seven bits: what AVX2 alone is compared with.
#define OCTAVEC_KERNELS kernels_portable7
#define OCTAVEC_ISA_NAME "portable-7bit"
#define OCTAVEC_CHUNK_TOKENS 128
#define OCTAVEC_FFN_ROWS 128
#define OCTAVEC_SIGNED_LIMIT 63
#include "lanes_portable.h"
#include "multiply_portable.h"
#include "tiles.h"
#include "table.h"
