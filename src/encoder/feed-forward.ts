import { keysOf } from '../base/index.js';
import { activations } from '../numbers/index.js';
import { encoderLinear } from './attention.js';
import type { ActivationName, EncoderLinear } from './description.js';
import { frontier } from './frontier.js';
import { type LinearMatch, matchLinear } from './linear.js';
import { floats, type Prober, scattered } from './probe.js';
import { require } from './unrecognised.js';

export interface FeedForwardMatch {
  readonly input: string;
  readonly activation: ActivationName;
  readonly up: EncoderLinear;
  readonly gate?: EncoderLinear;
}

/**
 * Finds what stands before the last linear layer of a feed-forward network, whose input is `inner`: one linear layer
 * and an activation, or two, one activated and the other a gate. Returns undefined if no linear layer leads there.
 *
 * @param width of `inner`
 * @throws Unrecognised for activations that are not known
 */
export function matchFeedForward(prober: Prober, inner: string, width: number): FeedForwardMatch | undefined {
  const { found, lost } = frontier(prober, inner, prober.evaluate, (value) => matchLinear(prober, value) !== undefined);
  if (lost.length > 0 || found.length < 1 || found.length > 2) {
    return undefined;
  }
  const parts = found.flatMap((value): Part[] => {
    const match = matchLinear(prober, value) as LinearMatch;
    const starts = match.columns === 2 * width ? [0, width] : [0];
    return starts.map((start) => ({ value, match, start }));
  });
  if (parts.some(({ match }) => match.columns !== width && match.columns !== 2 * width)) {
    return undefined;
  }
  require(parts.length <= 2 &&
    parts.every(({ match }) => match.input === parts[0].match.input), 'a feed-forward network of an unknown form');
  for (const [up, gate] of parts.length === 1 ? [parts] : [parts, [...parts].reverse()]) {
    const activation = findActivation(prober, inner, width, found, up, gate);
    if (activation !== undefined) {
      return {
        input: up.match.input,
        activation,
        up: encoderLinear(up.match, up.start),
        gate: gate && encoderLinear(gate.match, gate.start),
      };
    }
  }
  require(false, 'an activation other than GELU, ReLU and SiLU');
}

/** GELU and its approximation by tanh are 5e-4 apart; constants in half precision shift either by 1e-4. */
const mostError = 2e-4;

/** `width` columns of a linear layer from `start` on. */
interface Part {
  readonly value: string;
  readonly match: LinearMatch;
  readonly start: number;
}

/** Sends numbers through, and looks which activation explains what comes out. */
function findActivation(
  prober: Prober,
  inner: string,
  width: number,
  linears: readonly string[],
  up: Part,
  gate: Part | undefined,
): ActivationName | undefined {
  const number = (part: Part, column: number) => 5 * scattered(part.value.length * 7919 + part.start + column);
  const given = Object.fromEntries(
    linears.map((value) => {
      const parts = [up, gate].filter((part) => part?.value === value) as Part[];
      const { columns } = parts[0].match;
      const of = (column: number) => parts.find(({ start }) => column >= start && column < start + width) as Part;
      const shape = [...(prober.evaluate(value)?.shape.slice(0, -1) ?? [1, 1]), columns];
      return [
        value,
        floats(shape, (index) => number(of(index % columns), (index % columns) - of(index % columns).start)),
      ];
    }),
  );
  const out = prober.probe(inner, given)?.data;
  require(out !== undefined, 'an activation that cannot be followed');
  const factor = (column: number) => (gate === undefined ? 1 : Math.fround(number(gate, column)));
  const errors = keysOf(activations).map((name) => {
    const error = (y: number, column: number) =>
      Math.abs(y - activations[name](Math.fround(number(up, column))) * factor(column)) /
      Math.max(1, Math.abs(factor(column)));
    return { name, worst: out.subarray(0, width).reduce((worst, y, column) => Math.max(worst, error(y, column)), 0) };
  });
  const best = errors.reduce((a, b) => (b.worst < a.worst ? b : a));
  return best.worst < mostError ? best.name : undefined;
}
