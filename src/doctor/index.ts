/**
 * What a machine can do, and what is wrong with it.
 *
 * @module
 */
export { cpusFinding } from './cpus.js';
export { type DiagnoseOptions, type Diagnosis, diagnose, diagnosisError } from './diagnose.js';
export type { Finding, FindingStatus } from './finding.js';
export { type Fit, fitFor } from './processor.js';
export { probeSpeed, type SpeedProbe } from './speed-probe.js';
export { type Brake, brakesOf, throttlingFinding } from './throttling.js';
