// BF16 in plain C++: what other instruction sets are compared with.
#define OCTAVEC_KERNELS kernels_portable_bf16
#define OCTAVEC_ISA_NAME "portable-bf16"
#define OCTAVEC_CHUNK_TOKENS 128
#define OCTAVEC_FFN_ROWS 64
#include "lanes_bf16_portable.h"
#include "number_bf16.h"
#include "multiply_bf16_portable.h"
#include "tiles.h"
#include "attention_bf16.h"
#include "table.h"
