// Plain C++ with operands whose sums fit into sixteen bits: what AVX2 alone is compared with.
#define OCTAVEC_KERNELS kernels_portable16
#define OCTAVEC_ISA_NAME "portable-16bit"
#define OCTAVEC_CHUNK_TOKENS 128
#define OCTAVEC_FFN_ROWS 128
#define OCTAVEC_SHORT_SUMS true
#include "lanes_portable.h"
#include "number_int8.h"
#include "multiply_portable.h"
#include "tiles.h"
#include "attention_int8.h"
#include "table.h"
