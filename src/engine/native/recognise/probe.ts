import { type Evaluate, type Evaluator, makeEvaluator, textInputs } from './evaluator.js';
import type { GraphView } from './graph-view.js';
import type { Value } from './value.js';

/**
 * Tokens of the sample text for probes: few, and a number that is no width of anything, so that no axis is taken for
 * another.
 */
export const sampleTokens = 11;

/** Makes evaluators for a text of any length, without padding. */
export interface Prober {
  readonly view: GraphView;
  /** What follows from the inputs alone, for the sample text. */
  readonly evaluate: Evaluate;
  readonly forTokens: (tokens: number) => Evaluator;
  /** What `value` becomes if other values are as given, for a text of so many tokens. */
  readonly probe: (value: string, given: Readonly<Record<string, Value>>, tokens?: number) => Value | undefined;
}

export function makeProber(view: GraphView, tokenId: number): Prober {
  const forTokens = (tokens: number) => makeEvaluator(view, textInputs(view, tokens, tokenId));
  return {
    view,
    evaluate: forTokens(sampleTokens).evaluate,
    forTokens,
    probe(value, given, tokens = sampleTokens) {
      const { evaluate, give } = forTokens(tokens);
      for (const [name, known] of Object.entries(given)) {
        give(name, known);
      }
      return evaluate(value);
    },
  };
}

/** Numbers for a probe: [...shape] by index. */
export function floats(shape: readonly number[], at: (index: number) => number): Value {
  const length = shape.reduce((product, dim) => product * dim, 1);
  return { shape, kind: 'float', data: Float64Array.from({ length }, (_, index) => Math.fround(at(index))) };
}

/** A number in -1..1 that follows from the index and looks random. */
export function scattered(index: number): number {
  const x = Math.sin(index * 12.9898 + 4.1414) * 43758.5453;
  return 2 * (x - Math.floor(x)) - 1;
}
