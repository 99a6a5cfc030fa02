import { dataType, isOp } from '../onnx/index.js';
import type { ScorePath } from './attention.js';
import { floats, type Prober, sampleTokens } from './probe.js';
import { require } from './unrecognised.js';

/** What happens to scores between the product of queries and keys and the softmax. */
export interface ScoreMask {
  /** Tokens to either side that are seen; 0 for all. */
  readonly window: number;
  /** Tokens behind are not seen. */
  readonly causal: boolean;
  /** [heads × (2 tokens - 1)] by distance; undefined where there is none. */
  readonly bias?: Float32Array;
  /** [heads] where the bias is the distance times a slope: it then goes on for texts of any length. */
  readonly slopes?: Float32Array;
}

/** Nodes between the product and the softmax: exporters need three or four. */
const mostSteps = 40;

/**
 * Describes what happens to scores as a text. Layers that treat scores alike have the same text, most often all of
 * them, so each case is probed once.
 */
export function scoreKey(
  { index, forTokens }: Prober,
  { product, softmaxInput, operandScale }: ScorePath,
  tokens: number,
): string {
  const evaluate = forTokens(tokens);
  let steps = 0;
  const keyOf = (value: string): string => {
    const known = evaluate(value)?.data;
    const node = index.producers.get(value);
    if (value === product) {
      return 'scores';
    }
    if (known?.length === 1) {
      return `${known[0]}`;
    }
    if (known !== undefined || node === undefined || steps++ > mostSteps) {
      return JSON.stringify(value);
    }
    const attributes = node.attribute.map(({ name, i, f, ints }) => `${name}=${i ?? f ?? ints}`);
    return `${node.opType}(${[...attributes, ...node.input.map(keyOf)].join()})`;
  };
  return `${operandScale} ${keyOf(softmaxInput)}`;
}

/** Numbers beyond this are no distances: the lowest of a type, the ends of slices that go to the last element. */
const largestDistance = 2 ** 20;

/**
 * Returns the farthest distance, in tokens, at which a mask can change. To cut at a distance a graph must hold that
 * distance, numbers that it works it out of, or a table of as many rows.
 */
export function farthestDistance({ index, evaluate }: Prober, { product, softmaxInput }: ScorePath): number {
  let farthest = 0;
  const reached = new Set([softmaxInput]);
  // What is added to a set while it is walked is walked, too.
  for (const value of reached) {
    const data = evaluate(value)?.data;
    const sizes = data?.length === 1 ? [Math.abs(Number(data[0]))] : (index.initializers.get(value)?.dims ?? []);
    farthest = Math.max(farthest, ...sizes.map(Number).filter((size) => size < largestDistance));
    const node = index.producers.get(value);
    // Shapes say how long a text is, whatever its words became; and what equals a number is the token that pads.
    for (const input of isOp(node, 'Shape') || isOp(node, 'Equal') ? [] : (node?.input ?? [])) {
      if (input !== '' && input !== product) {
        reached.add(input);
      }
    }
  }
  return farthest;
}

/** Scores below this are out of sight: exporters write -10000, the lowest float, or minus infinity. */
const hidden = -9000;

/**
 * Returns the factor by which scores are multiplied in all.
 *
 * @throws Unrecognised
 */
export function findScoreScale(prober: Prober, path: ScorePath, heads: number): number {
  const send = (x: number) =>
    prober.probe(path.softmaxInput, { [path.product]: floats([1, heads, sampleTokens, sampleTokens], () => x) })?.data;
  const [zero, one, two] = [send(0), send(1), send(2)];
  require(zero && one && two, 'scores that cannot be followed');
  // The token itself is always in sight.
  const scale = one[0] - zero[0];
  require(scale > 0 && Math.abs(two[0] - zero[0] - 2 * scale) < 1e-5 * scale, 'scores that are not just scaled');
  return scale * path.operandScale;
}

/**
 * Returns what is added to scores in a text without padding, for all pairs of its tokens.
 *
 * @throws Unrecognised for masks that are more than a window of sight
 */
export function findScoreMask(prober: Prober, path: ScorePath, heads: number, tokens: number): ScoreMask {
  const scores = { shape: [1, 1, tokens, tokens], type: dataType.float, data: new Float64Array(tokens * tokens) };
  const added = prober.probe(path.softmaxInput, { [path.product]: scores }, tokens);
  require(added?.data !== undefined, 'an attention mask that cannot be followed');
  const { data } = added;
  const maps = data.length / (tokens * tokens);
  require(maps === 1 || maps === heads, 'an attention mask of an unknown form');

  // Sight and bias must depend on the distance alone.
  const width = 2 * tokens - 1;
  const bias = new Float32Array(maps * width).fill(Number.NaN);
  for (let map = 0; map < maps; map++) {
    for (let i = 0; i < tokens; i++) {
      const row = (map * tokens + i) * tokens;
      for (let j = 0; j < tokens; j++) {
        const value = data[row + j] < hidden ? Number.NEGATIVE_INFINITY : data[row + j];
        const place = map * width + j - i + tokens - 1;
        require(Number.isNaN(bias[place]) ||
          bias[place] === value, 'an attention that depends on more than the distance of tokens');
        bias[place] = value;
      }
    }
  }
  const sight = findSight(bias, maps, tokens);
  if (!bias.some((value) => Number.isFinite(value) && value !== 0)) {
    return sight;
  }
  const seen = bias.map((value) => (Number.isFinite(value) ? value : 0));
  const slopes = findSlopes(seen, maps, tokens, sight.causal);
  return { ...sight, bias: repeat(seen, heads / maps), slopes: slopes && repeat(slopes, heads / maps) };
}

/** Finds how far a token sees: equally far to both sides, or nothing behind it. */
function findSight(bias: Float32Array, maps: number, tokens: number): Pick<ScoreMask, 'window' | 'causal'> {
  const width = 2 * tokens - 1;
  const visible = (map: number, distance: number) => Number.isFinite(bias[map * width + distance + tokens - 1]);
  const reachTo = (side: 1 | -1) => {
    let reach = 0;
    while (reach + 1 < tokens && visible(0, side * (reach + 1))) {
      reach++;
    }
    return reach;
  };
  const [before, after] = [reachTo(-1), reachTo(1)];
  // A window of 0 would mean all.
  require(before > 0 || after > 0 || tokens === 1, 'an attention in which a token sees itself alone');
  const causal = after === 0 && before > 0;
  require(causal || before === after, 'an attention that looks farther to one side than to the other');
  for (let map = 0; map < maps; map++) {
    for (let distance = 0; distance < tokens; distance++) {
      require(visible(map, -distance) === distance <= before &&
        visible(map, distance) === distance <= after, 'an attention with gaps in what it sees');
    }
  }
  return { window: before + 1 < tokens ? before : 0, causal };
}

/** Finds the slopes of ALiBi: the same to both sides, or to the one side that is seen. */
function findSlopes(bias: Float32Array, maps: number, tokens: number, causal: boolean): Float32Array | undefined {
  const width = 2 * tokens - 1;
  const at = (map: number, distance: number) => bias[map * width + distance + tokens - 1];
  const slopes = Float32Array.from({ length: maps }, (_, map) => at(map, 1 - tokens) / (tokens - 1));
  for (let map = 0; map < maps; map++) {
    for (let distance = 0; distance < tokens; distance++) {
      const expected = slopes[map] * distance;
      const close = (value: number) => Math.abs(value - expected) <= 1e-5 * Math.max(1e-3, Math.abs(expected));
      if (!close(at(map, -distance)) || !(causal || close(at(map, distance)))) {
        return undefined;
      }
    }
  }
  return slopes;
}

function repeat(values: Float32Array, times: number): Float32Array {
  const all = new Float32Array(values.length * times);
  for (let i = 0; i < times; i++) {
    all.set(values, i * values.length);
  }
  return all;
}
