// arm64 with products of signed and unsigned bytes.
#define OCTAVEC_KERNELS kernels_neon_i8mm
#define OCTAVEC_ISA_NAME "neon-i8mm"
#define OCTAVEC_CHUNK_TOKENS 128
#define OCTAVEC_FFN_ROWS 128
#include "lanes_neon.h"
#include "number_int8.h"
#include "multiply_neon.h"
#include "tiles.h"
#include "attention_int8.h"
#include "table.h"
