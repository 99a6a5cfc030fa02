import { type Evaluate, makeEvaluator, textInputs } from './evaluator.js';
import type { GraphView } from './graph-view.js';
import { require } from './unrecognised.js';
import { count, mostElements, type Value } from './value.js';

/**
 * Tokens of the sample text for probes: few, and a number that is no width of anything, so that no axis is taken for
 * another.
 */
export const sampleTokens = 11;

/** Numbers that are worked out in all: some seconds. A model of 48 layers needs a tenth. */
const mostWork = 2 ** 29;

/** Works out values for texts of any length, without padding. */
export interface Prober {
  readonly view: GraphView;
  /** What follows from the inputs alone, for the sample text. */
  readonly evaluate: Evaluate;
  readonly forTokens: (tokens: number) => Evaluate;
  /** What `value` becomes if other values are as given, for a text of so many tokens. */
  readonly probe: (value: string, given: Readonly<Record<string, Value>>, tokens?: number) => Value | undefined;
  /** What `value` becomes if some words of the sample text are others. */
  readonly withWords: (value: string, wordAt: (place: number) => number | undefined) => Value | undefined;
}

export function makeProber(view: GraphView, tokenId: number): Prober {
  const evaluators = new Map<number, Evaluate>();
  let work = 0;
  const onWork = (numbers: number) => {
    work += numbers;
    require(work <= mostWork, 'a graph that takes too much work to follow');
  };
  const forTokens = (tokens: number) => {
    const evaluate =
      evaluators.get(tokens) ??
      makeEvaluator(
        view,
        textInputs(view, tokens, () => tokenId),
        undefined,
        onWork,
      );
    evaluators.set(tokens, evaluate);
    return evaluate;
  };
  return {
    view,
    evaluate: forTokens(sampleTokens),
    forTokens,
    probe: (value, given, tokens = sampleTokens) =>
      makeEvaluator(view, new Map(Object.entries(given)), forTokens(tokens), onWork)(value),
    withWords(value, wordAt) {
      const given = textInputs(view, sampleTokens, (place) => wordAt(place) ?? tokenId);
      return makeEvaluator(view, given, undefined, onWork)(value);
    },
  };
}

/** Numbers for a probe: [...shape] by index. */
export function floats(shape: readonly number[], at: (index: number) => number): Value {
  require(count(shape) <= mostElements, 'a graph that takes too much work to follow');
  const data = new Float64Array(count(shape));
  for (let i = 0; i < data.length; i++) {
    data[i] = Math.fround(at(i));
  }
  return { shape, kind: 'float', data };
}

/** A number in -1..1 that follows from the index and looks random. */
export function scattered(index: number): number {
  const x = Math.sin(index * 12.9898 + 4.1414) * 43758.5453;
  return 2 * (x - Math.floor(x)) - 1;
}
