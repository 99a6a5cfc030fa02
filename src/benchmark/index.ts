/**
 * Measuring how fast models run and what they take.
 *
 * @module
 */
export { slowGovernor } from './bench-notes.js';
export { type BenchmarkOptions, benchmark } from './benchmark.js';
export type * from './benchmark-result.js';
export { type MeasureOptions, measureRuns, type RunMeasurement, type RunSubject } from './measure-runs.js';
export { ModelProcess } from './model-process.js';
export type { RunTimes } from './run-protocol.js';
export { type Latency, latencyOf, type Spread } from './spread.js';
export { findSubjects, type Subject, type SubjectOptions } from './subjects.js';
export { type Workload, workloadFor } from './workload.js';
