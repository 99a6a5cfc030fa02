// AVX-512 with BF16: Zen 4, Cooper Lake, Sapphire Rapids.
#define OCTAVEC_KERNELS kernels_avx512bf16
#define OCTAVEC_ISA_NAME "avx512-bf16"
#define OCTAVEC_CHUNK_TOKENS 128
#define OCTAVEC_FFN_ROWS 64
#include "lanes_bf16_avx512.h"
#include "number_bf16.h"
#include "multiply_bf16_avx512.h"
#include "tiles.h"
#include "attention_bf16.h"
#include "table.h"
