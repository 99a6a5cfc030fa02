// Plain C++, for every processor; what all others are compared with.
#define OCTAVEC_KERNELS kernels_portable
#define OCTAVEC_ISA_NAME "portable"
#define OCTAVEC_CHUNK_TOKENS 128
#define OCTAVEC_FFN_ROWS 128
#include "lanes_portable.h"
#include "number_int8.h"
#include "multiply_portable.h"
#include "tiles.h"
#include "attention_int8.h"
#include "table.h"
