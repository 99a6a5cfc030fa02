// AVX2 with AVX-VNNI: Intel from Alder Lake on, AMD from Zen 5 on.
#define OCTAVEC_KERNELS kernels_avxvnni
#define OCTAVEC_ISA_NAME "avx-vnni"
#define OCTAVEC_CHUNK_TOKENS 128
#define OCTAVEC_FFN_ROWS 128
#include "lanes_avx2.h"
#include "number_int8.h"
#include "multiply_avxvnni.h"
#include "tiles.h"
#include "attention_int8.h"
#include "table.h"
