import type { Gate } from './gate.js';

/** What every gate asks for: a broken file is broken at any precision. */
const sound = { nonFinite: 0, lostLength: 0 };

/**
 * Returns the losses that tasks may show: of retrieval's figures as a share of the original's, of all others as they
 * are.
 */
function taskLosses(sts: number, retrieval: number, others: number) {
  return {
    stsLoss: sts,
    ndcgLoss: retrieval,
    recall10Loss: retrieval,
    recall100Loss: retrieval,
    mrrLoss: retrieval,
    accuracyLoss: others,
    vMeasureLoss: others,
    apLoss: others,
    mapLoss: others,
  };
}

/**
 * Limits for each precision. The means of cosine are the field's usual ones. The others lie between what sound files
 * and what known bad recipes were measured to give: for all-MiniLM-L6-v2 in INT8, per channel p1 is .979 and the
 * overlap .91; per tensor .877 and .79; a static file with every operator quantized .613. In INT4, p1 is .92 to .93.
 */
export const gatePresets = {
  fp16: {
    name: 'fp16',
    limits: { ...sound, cosineMean: 0.995, cosineP1: 0.99, cosineMin: 0.98, topKOverlap: 0.95, sizeReduction: 1.3 },
    limitsWhereMeasured: taskLosses(0.002, 0.005, 0.005),
  },
  /** 8-bit weights in blocks, which lose hardly more than FP16: .9998 and .9997 on the same model. */
  q8: {
    name: 'q8',
    limits: { ...sound, cosineMean: 0.995, cosineP1: 0.99, cosineMin: 0.97, topKOverlap: 0.94, sizeReduction: 1.3 },
    limitsWhereMeasured: taskLosses(0.01, 0.02, 0.02),
  },
  int8: {
    name: 'int8',
    limits: { ...sound, cosineMean: 0.97, cosineP1: 0.94, cosineMin: 0.88, topKOverlap: 0.85, sizeReduction: 1.3 },
    limitsWhereMeasured: taskLosses(0.01, 0.02, 0.02),
  },
  int4: {
    name: 'int4',
    limits: { ...sound, cosineMean: 0.95, cosineP1: 0.9, cosineMin: 0.8, topKOverlap: 0.75, sizeReduction: 1.3 },
    limitsWhereMeasured: taskLosses(0.02, 0.02, 0.03),
  },
  /** No loss that anybody could measure in use. */
  strict: {
    name: 'strict',
    limits: { ...sound, cosineMean: 0.9995, cosineP1: 0.999, cosineMin: 0.998, topKOverlap: 0.97, sizeReduction: 1.3 },
    limitsWhereMeasured: taskLosses(0.001, 0.005, 0.005),
  },
  /**
   * A model of another kind, whose vectors are its own, is judged by what is reached in tasks. The limits are what good published
   * static models lose: potion-base-8M, .06 of Spearman, 27 % of nDCG@10 and no accuracy beside all-MiniLM-L6-v2 in MTEB.
   */
  static: {
    name: 'static',
    limits: sound,
    limitsWhereMeasured: {
      ndcgLoss: 0.3,
      accuracyLoss: 0.05,
      stsLoss: 0.1,
      recall10Loss: 0.3,
      recall100Loss: 0.2,
      mrrLoss: 0.35,
      vMeasureLoss: 0.1,
      apLoss: 0.1,
      mapLoss: 0.1,
    },
  },
} as const satisfies Record<string, Gate>;

export type GatePresetName = keyof typeof gatePresets;

/** Gates of files that were made of their original, which they should give the vectors of. */
export type VariantGateName = Exclude<GatePresetName, 'static'>;
