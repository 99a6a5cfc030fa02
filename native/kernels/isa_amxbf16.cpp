// AMX-BF16, with AVX-512 BF16 for all that is no product.
#define OCTAVEC_KERNELS kernels_amxbf16
#define OCTAVEC_ISA_NAME "amx-bf16"
#define OCTAVEC_CHUNK_TOKENS 128
#define OCTAVEC_FFN_ROWS 32
#define OCTAVEC_TILE_PRODUCT _tile_dpbf16ps
#include "lanes_bf16_avx512.h"
#include "number_bf16.h"
#include "multiply_amx.h"
#include "tiles_interleaved.h"
#include "attention_bf16.h"
#include "table.h"
