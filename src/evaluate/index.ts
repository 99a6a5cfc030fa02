/** What a candidate is worth: fidelity to its original, the gate that says pass or fail, the texts to measure with. */

export { type BatchEffect, measureBatchEffect } from './batch-effect.js';
export * from './choose-gate.js';
export * from './evidence.js';
export * from './evidence-file.js';
export * from './fidelity.js';
export * from './gate.js';
export { type GateMetricName, gateMetricNames, gateMetrics, type Measured, sizeReduction } from './gate-metrics.js';
export * from './gate-presets.js';
export { type Likeness, measureLikeness } from './likeness.js';
export * from './measurements.js';
export { configuredPresets, gateNamed, type OwnGates } from './named-gates.js';
export type { RankingEvidence } from './ranking-evidence.js';
export { measureRanking, type RankingFidelity } from './ranking-fidelity.js';
export { rankingGates } from './ranking-gates.js';
export { similarityStructure } from './similarity-structure.js';
export * from './texts.js';
export type { DamagedText, Neighbour, TextReference } from './worst-texts.js';
