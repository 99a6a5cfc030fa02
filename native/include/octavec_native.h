/**
 * C interface of octavec's encoder engine. All functions may be called from any thread.
 *
 * A model is described by a list of 32-bit words and tensors that it points to (see core/description.h); it is checked
 * as a whole before anything is computed, so that no description, however hostile, leads outside of its tensors.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Element types, with the numbers that ONNX gives them. */
enum { OCTAVEC_F32 = 1, OCTAVEC_U8 = 2, OCTAVEC_S8 = 3, OCTAVEC_F16 = 10, OCTAVEC_U4 = 21 };

/**
 * [rows × columns], row after row; vectors are one row. Need not be aligned. Of four bits, two are in a byte, the first
 * in the low half, and every row begins a byte.
 */
typedef struct octavec_tensor {
  int32_t type;
  int64_t rows;
  int64_t columns;
  const void* data;
  size_t bytes;
} octavec_tensor;

typedef struct octavec_model octavec_model;
typedef struct octavec_session octavec_session;
typedef struct octavec_job octavec_job;

typedef enum octavec_status {
  OCTAVEC_OK = 0,
  OCTAVEC_INVALID = 1,
  OCTAVEC_NO_MEMORY = 2,
  OCTAVEC_CANCELLED = 3
} octavec_status;

/** Name of the instruction set in use; null if OCTAVEC_ISA names one that does not exist or that this machine lacks. */
const char* octavec_isa(void);

/** Likewise the one that runs a model: BF16 has instruction sets of its own. */
const char* octavec_model_isa(const octavec_model*);

/** Builds a model; the tensors are not needed afterwards. On failure `why` says what is wrong. */
octavec_status octavec_model_create(const int32_t* words, size_t word_count, const octavec_tensor* tensors,
                                    size_t tensor_count, octavec_model** model, char* why, size_t why_size);
/** Writes a model as it is packed for this machine, over what is there. */
octavec_status octavec_model_write(const octavec_model*, const char* path, char* why, size_t why_size);
/** Maps a model that was written on a machine like this one. Refuses files that are of another kind, or damaged. */
octavec_status octavec_model_map(const char* path, int32_t bf16, octavec_model** model, char* why, size_t why_size);
/** Another reference to the model: it goes with its last reference. */
octavec_model* octavec_model_retain(octavec_model*);
void octavec_model_release(octavec_model*);
/** Length of a pooled vector, width of a hidden state, size of the vocabulary, tokens of the longest text. */
int32_t octavec_model_width(const octavec_model*);
int32_t octavec_model_hidden_width(const octavec_model*);
int32_t octavec_model_vocabulary(const octavec_model*);
int32_t octavec_model_max_tokens(const octavec_model*);
/** Bytes that the weights take. */
size_t octavec_model_bytes(const octavec_model*);

/** Threads that run a model. Keeps a reference to it. */
octavec_status octavec_session_create(octavec_model*, int32_t threads, octavec_session**);
/** Numbers of a result's row: the width of a pooled vector, or of a hidden state. */
size_t octavec_session_row_width(const octavec_session*, int32_t want_hidden);
/** Waits for the jobs that run. */
void octavec_session_release(octavec_session*);

typedef struct octavec_batch {
  /** [tokens] */
  const int32_t* ids;
  /** [texts + 1]: text i has the ids from offsets[i] to before offsets[i + 1], at least one. */
  const int32_t* offsets;
  int32_t texts;
  /** Leading tokens of every text that sums and maxima of the pooling leave out. */
  int32_t unpooled_tokens;
  /** 0: `out` gets pooled vectors, [texts × width]; 1: hidden states, [tokens × hidden width]. */
  int32_t want_hidden;
} octavec_batch;

/** Called once, on a thread of the session, when a job is done or cancelled. */
typedef void (*octavec_done)(void* user, octavec_status status);

/**
 * Starts a job. What `batch` and `out` point to must live until `done` was called. Refuses batches that are not sound.
 */
octavec_status octavec_run(octavec_session*, const octavec_batch* batch, float* out, octavec_done done, void* user,
                           octavec_job** job, char* why, size_t why_size);
/** Asks a job to stop at the next chance; `done` is still called. */
void octavec_job_cancel(octavec_job*);
void octavec_job_release(octavec_job*);

/** For tests: vectors of one text after the other on the calling thread. */
octavec_status octavec_run_here(octavec_model*, const octavec_batch* batch, float* out, char* why, size_t why_size);

#ifdef __cplusplus
}
#endif
