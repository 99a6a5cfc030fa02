// AMX-INT8: Intel from Sapphire Rapids on.
#define OCTAVEC_KERNELS kernels_amx
#define OCTAVEC_ISA_NAME "amx-int8"
#define OCTAVEC_CHUNK_TOKENS 128
#define OCTAVEC_FFN_ROWS 32
#define OCTAVEC_TILE_PRODUCT _tile_dpbusd
#define OCTAVEC_UNPACKER
#include "lanes_avx512.h"
#include "unpack_avx512.h"
#include "number_int8.h"
#include "multiply_amx.h"
#include "tiles_interleaved.h"
#include "attention_int8.h"
#include "table.h"
