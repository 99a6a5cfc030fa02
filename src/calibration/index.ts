/**
 * What the activations of a model are when it reads texts: ranges, histograms, channels, Gram matrices; kept in tables.
 *
 * @module
 */
export { type ActivationScale, type RangeMethod, rangeMethods, rangeOf, scaleOfRange } from './activation-range.js';
export { type ChannelStatistics, emptyMemory } from './calibration-memory.js';
export { type CalibratedModel, readCalibrationTable, writeCalibrationTable } from './calibration-table.js';
export { type Activation, channelStatistics } from './channel-statistics.js';
export { type GramMatrix, gramMatrices } from './gram-matrices.js';
export { activationHistograms, type RangedActivation } from './histograms.js';
export { largestMagnitudes } from './magnitudes.js';
export type { CalibrationTexts } from './observe.js';
export { quantizedMeans } from './quantized-means.js';
