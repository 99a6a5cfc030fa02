// AVX2 with FMA: x86-64-v3.
#define OCTAVEC_KERNELS kernels_avx2
#define OCTAVEC_ISA_NAME "avx2"
#define OCTAVEC_CHUNK_TOKENS 128
#define OCTAVEC_FFN_ROWS 128
#define OCTAVEC_MULTIPLY_WEIGHTS multiply_weights
#include "lanes_avx2.h"
#include "number_int8.h"
#include "multiply_avx2.h"
#include "tiles.h"
#include "attention_int8.h"
#include "table.h"
