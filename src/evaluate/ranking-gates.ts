import type { Gate } from './gate.js';
import type { VariantGateName } from './gate-presets.js';

function gate(name: VariantGateName, spearman: number, topOne: number, topK: number, error: number): Gate {
  return {
    name: `${name} of rerankers`,
    limits: {
      nonFinite: 0,
      rankSpearman: spearman,
      rankTopOne: topOne,
      rankTopK: topK,
      scoreError: error,
      sizeReduction: 1.3,
    },
    limitsWhereMeasured: {},
  };
}

/**
 * What variants of rerankers are judged by, in place of the presets for vectors. A candidate may not answer another
 * text first more often, or move scores further, than what one would notice in the results of a search.
 */
export const rankingGates: Readonly<Record<VariantGateName, Gate>> = {
  fp16: gate('fp16', 0.99, 0.97, 0.95, 0.005),
  q8: gate('q8', 0.99, 0.95, 0.94, 0.01),
  int8: gate('int8', 0.95, 0.9, 0.85, 0.03),
  int4: gate('int4', 0.9, 0.85, 0.75, 0.06),
  strict: gate('strict', 0.995, 0.98, 0.97, 0.003),
};
