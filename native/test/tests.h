/** The tests of the core, a file each for what they look at. */
#pragma once
#include "samples.h"

namespace octavec {

void test_against_reference(const Architecture&, const Kernels&);
void test_same_bits(const Architecture&, const Kernels&);
void test_batch_invariance(const Architecture&, const Kernels&);
void test_pooled_rows(const Kernels&);
void test_head_of_zeros(const Kernels&);

void test_threads(const Architecture&, const Kernels&);
void test_cancelling(const Kernels&);
void test_short_jobs_come_through(const Kernels&);
void test_new_jobs_go_first(const Kernels&);
void test_long_jobs_come_through(const Kernels&);
void test_waiting_jobs_are_joined(const Kernels&);

void test_hostile_descriptions(const Kernels&);
void test_batches_that_are_refused(const Kernels&);

void test_model_file(const Architecture&, const Kernels&);
void test_hostile_files(const Kernels&);

void test_scan();

}  // namespace octavec
