/**
 * Measuring how fast models run and what they take.
 *
 * @module
 */
export { type MeasureOptions, measureRuns, type RunMeasurement, type RunSubject } from './measure-runs.js';
