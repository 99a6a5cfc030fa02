/**
 * Packed models as files. Recognising, quantizing and packing a model takes seconds; such a file is ready at once, and
 * all processes that map it share its memory.
 *
 * A file is for one format of weights (Kernels::number_bytes and short_sums) and this machine's byte order. Everything
 * in it is checked but the numbers of the weights, which cannot do harm.
 */
#pragma once
#include "model.h"

namespace octavec {

/**
 * Writes a model; what is there is lost. Throws std::invalid_argument for FP32, std::runtime_error.
 *
 * @param path in UTF-8
 */
void write_model_file(const Model&, const Kernels&, const char* path);

/** Maps a model that was written for kernels like these. Throws std::invalid_argument, std::runtime_error. */
Model map_model_file(const char* path, const Kernels&);

/** The same for a file's bytes, from a multiple of 64 on, which must outlive the model. */
Model read_model_file(const uint8_t* data, size_t size, const Kernels&);

/** Bytes before the facts; the last eight are their hash. */
constexpr size_t kModelFileHeader = 48;

/** FNV-1a, 64 bits. */
uint64_t hash_facts(const uint8_t* facts, size_t size);

}  // namespace octavec
