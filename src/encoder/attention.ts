import { intAttribute, isOp, type NodeProto } from '../onnx/index.js';
import { constantOf, original } from './copies.js';
import type { EncoderLinear, EncoderNorm } from './description.js';
import { frontier } from './frontier.js';
import { findHeadLayout, type HeadLayout } from './head-layout.js';
import { type LinearMatch, matchLinear } from './linear.js';
import { matchNorm } from './norm.js';
import { floats, type Prober, sampleTokens } from './probe.js';
import { require } from './unrecognised.js';

export interface AttentionMatch {
  readonly input: string;
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly headWidth: number;
  readonly query: EncoderLinear;
  readonly key: EncoderLinear;
  readonly value: EncoderLinear;
  readonly queryNorm?: EncoderNorm;
  readonly keyNorm?: EncoderNorm;
  readonly rotation?: Float32Array;
  /** Scores before the softmax, as they follow from the product of queries and keys. */
  readonly scores: ScorePath;
}

export interface ScorePath {
  /** queries · keys */
  readonly product: string;
  readonly softmaxInput: string;
  /** What queries and keys are multiplied with on the way to the product. */
  readonly operandScale: number;
}

/** Tells whether a node multiplies two values neither of which is a constant. */
export function isDynamicProduct(prober: Prober, node: NodeProto | undefined): node is NodeProto {
  return isOp(node, 'MatMul') && node.input.every((input) => constantOf(prober, input) === undefined);
}

/**
 * Finds the attention whose result, with its heads side by side, is `context`, the input of the output projection.
 *
 * @throws Unrecognised
 */
export function matchAttention(prober: Prober, context: string): AttentionMatch {
  const weighted = only(prober, context, (_, node) => isDynamicProduct(prober, node));
  const [weights, values] = prober.index.producers.get(weighted)?.input ?? [];
  const softmax = only(prober, weights, (_, node) => isOp(node, 'Softmax'));
  const softmaxInput = original(prober, prober.index.producers.get(softmax)?.input[0] ?? '');
  const product = only(prober, softmaxInput, (_, node) => isDynamicProduct(prober, node));
  const [queries, keys] = prober.index.producers.get(product)?.input ?? [];

  const query = operand(prober, queries, false);
  const key = operand(prober, keys, true);
  const value = operand(prober, values, false);
  const { heads, width } = query.layout;
  require([key, value].every(
    ({ layout }) => layout.heads === heads && layout.width === width && layout.distinct === key.layout.distinct,
  ) && query.layout.distinct === heads, 'heads of queries, keys and values that do not go together');
  require(value.layout.rotation === undefined &&
    value.layout.scale === 1 &&
    value.norm === undefined, 'values that are turned, scaled or normed');
  require(sameNumbers(query.layout.rotation, key.layout.rotation), 'queries and keys that are turned differently');
  require([key, value].every(
    ({ match }) => match.input === query.match.input,
  ), 'queries, keys and values of different inputs');
  checkSoftmax(prober, softmax, weights, heads);
  checkMerge(prober, weighted, context, heads, width);
  return {
    input: query.match.input,
    heads,
    keyValueHeads: key.layout.distinct,
    headWidth: width,
    query: query.role,
    key: key.role,
    value: value.role,
    queryNorm: query.norm,
    keyNorm: key.norm,
    rotation: query.layout.rotation,
    scores: { product, softmaxInput, operandScale: query.layout.scale * key.layout.scale },
  };
}

/** Returns the one value that everything behind `value` goes back to. */
function only(prober: Prober, value: string, stop: (value: string, node: NodeProto | undefined) => boolean): string {
  const { found, lost } = frontier(prober, value, prober.evaluate, stop);
  require(found.length === 1 && lost.length === 0, 'a layer that is neither an attention nor a feed-forward network');
  return found[0];
}

interface Operand {
  readonly match: LinearMatch;
  readonly layout: HeadLayout;
  readonly role: EncoderLinear;
  readonly norm?: EncoderNorm;
}

function operand(prober: Prober, value: string, keysLast: boolean): Operand {
  const isLinear = (candidate: string) => matchLinear(prober, candidate) !== undefined;
  const output = only(prober, value, (each) => isLinear(each) || matchNorm(prober, each) !== undefined);
  const norm = isLinear(output) ? undefined : matchNorm(prober, output);
  const linear = norm === undefined ? output : only(prober, norm.input, isLinear);
  const match = matchLinear(prober, linear) as LinearMatch;
  const { columns } = match;
  const layout = findHeadLayout(prober, {
    ...{ linear, columns, operand: value, keysLast },
    norm: norm && { input: norm.input, output, width: norm.width },
  });
  return { match, layout, role: encoderLinear(match, layout.first), norm: norm && encoderNorm(norm) };
}

export function encoderNorm({ gamma, beta, epsilon, rms }: EncoderNorm): EncoderNorm {
  return { gamma, beta, epsilon, rms };
}

export function encoderLinear(match: LinearMatch, firstColumn = 0): EncoderLinear {
  const { weights, transposed, bias, scale, factor } = match;
  return { weights, transposed, firstColumn, bias, scale, factor };
}

function sameNumbers(a: Float32Array | undefined, b: Float32Array | undefined): boolean {
  return a === undefined || b === undefined
    ? a === b
    : a.length === b.length && a.every((value, i) => Math.abs(value - b[i]) <= 1e-6 * Math.abs(value));
}

/** Checks that the softmax runs over keys, and that nothing happens between it and the product with the values. */
function checkSoftmax(prober: Prober, softmax: string, weights: string, heads: number): void {
  const node = prober.index.producers.get(softmax);
  const axis = node === undefined ? 0 : (intAttribute(node, 'axis') ?? -1);
  require(axis === -1 || axis === 3, 'a softmax that does not run over keys');
  const given = floats([1, heads, sampleTokens, sampleTokens], (index) => (index % 97) / 97);
  const out = prober.probe(weights, { [softmax]: given });
  require(out?.data?.every((x, i) => x === given.data?.[i]), 'attention weights that are changed behind the softmax');
}

/** Checks that the heads are put side by side, in their order. */
function checkMerge(prober: Prober, weighted: string, context: string, heads: number, width: number): void {
  const shape = prober.evaluate(weighted)?.shape ?? [1, heads, sampleTokens, width];
  const out = prober.probe(context, { [weighted]: floats(shape, (index) => index) });
  require(out?.data?.length === heads * sampleTokens * width, 'heads that are joined in an unknown way');
  const inner = heads * width;
  const ordered = out.data.every((x, i) => {
    const [token, column] = [Math.floor(i / inner), i % inner];
    return x === (Math.floor(column / width) * sampleTokens + token) * width + (column % width);
  });
  require(ordered, 'heads that are joined in an unknown way');
}
