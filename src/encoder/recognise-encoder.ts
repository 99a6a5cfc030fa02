import { OctavecError, reasonOf, shortened } from '../base/index.js';
import { indexGraph } from '../graph/index.js';
import { dataType, isOp, type OnnxModel } from '../onnx/index.js';
import { inlineFunctions, plainOperators } from '../passes/index.js';
import { type AttentionMatch, encoderLinear, encoderNorm, matchAttention, type ScorePath } from './attention.js';
import { maker, original } from './copies.js';
import type { EncoderDescription, EncoderLayer, EncoderLinear, EncoderNorm } from './description.js';
import { matchEmbeddings } from './embeddings.js';
import { type FeedForwardMatch, matchFeedForward } from './feed-forward.js';
import { type LinearMatch, matchLinear } from './linear.js';
import { matchNorm } from './norm.js';
import { makeProber, type Prober } from './probe.js';
import { farthestDistance, findScoreMask, findScoreScale, type ScoreMask, scoreKey } from './score-mask.js';
import { unknownOperators } from './unknown-operators.js';
import { require, Unrecognised } from './unrecognised.js';

/** Masks are looked at for texts of this length, or longer if they hold numbers that could be distances beyond it. */
const maskTokens = 64;
/** A longer text would take seconds. Decoders have windows of 512 tokens. */
const mostMaskTokens = 1024;
/** Biases that follow no rule are read for texts of this length. */
const biasTokens = 512;

/** The largest encoders have 48. */
const mostLayers = 256;

export interface RecognisedEncoder {
  readonly encoder: EncoderDescription;
  readonly outputs: readonly SampledOutput[];
  /**
   * What another output becomes for one text without padding whose hidden states are as given.
   *
   * @param states [tokens × width]
   * @returns undefined if that cannot be followed
   */
  readonly fromHidden: (output: string, states: Float32Array) => Float32Array | undefined;
}

/** An encoder, or in one line what stands in the way. */
export type Recognition = RecognisedEncoder | { readonly reason: string };

/** An output of a model, and its shape for one text; undefined if that cannot be followed. */
export interface SampledOutput {
  readonly name: string;
  readonly shape?: readonly number[];
}

export type HiddenOutput = { readonly name: string } | { readonly reason: string };

export interface RecogniseOptions {
  /** Id that pads: sample texts are made of another one, but to see what it does to positions. */
  readonly padTokenId: number;
  /** Chooses the output of hidden states, or says why there is none; by default the first with their shape. */
  readonly hiddenOutput?: (outputs: readonly SampledOutput[]) => HiddenOutput;
}

/**
 * Recognises a BERT-like encoder in a graph by what its parts do, not by what they are called: from the hidden states
 * back to the embeddings, layer by layer.
 *
 * @throws ONNX_CORRUPT, ONNX_LIMIT, ONNX_UNSUPPORTED, EXTERNAL_DATA for tensors that cannot be read
 */
export function recogniseEncoder(model: OnnxModel, options: RecogniseOptions): Recognition {
  return orReason(() => {
    const plain = plainOperators(inlineFunctions(model));
    const prober = makeProber(
      { model: plain, index: indexGraph(plain.proto.graph) },
      options.padTokenId === sampleWord ? sampleWord + 1 : sampleWord,
    );
    return recognise(prober, options);
  });
}

/** What sample texts are made of. */
const sampleWord = 7;

function orReason<T>(recogniseIt: () => T): T | { readonly reason: string } {
  try {
    return recogniseIt();
  } catch (error) {
    if (error instanceof OctavecError) {
      throw error;
    }
    if (error instanceof Unrecognised) {
      return { reason: error.message };
    }
    // Files may hold anything: nodes without inputs, circles, shapes beyond all bounds.
    return { reason: `its graph cannot be followed (${reasonOf(error)})` };
  }
}

function recognise(
  prober: Prober,
  { hiddenOutput: choose = firstHidden, padTokenId }: RecogniseOptions,
): RecognisedEncoder {
  const outputs = prober.model.proto.graph.output.map(({ name = '' }) => ({
    name,
    shape: prober.evaluate(name)?.shape,
  }));
  let sought = outputs.map(({ name }) => name);
  try {
    const chosen = choose(outputs);
    require('name' in chosen, 'reason' in chosen ? chosen.reason : '');
    const hiddenOutput = chosen.name;
    sought = [hiddenOutput];
    const encoder = readEncoder(prober, hiddenOutput, padTokenId);
    const fromHidden = (output: string, states: Float32Array): Float32Array | undefined => {
      const found = orReason(() => sendStates(prober, hiddenOutput, output, states));
      return found instanceof Float32Array ? found : undefined;
    };
    return { encoder, outputs, fromHidden };
  } catch (error) {
    if (error instanceof Unrecognised) {
      const unknown = unknownOperators(prober, sought);
      throw unknown.length > 0 ? new Unrecognised(`${error.message}; operators not known: ${listed(unknown)}`) : error;
    }
    throw error;
  }
}

function sendStates(prober: Prober, hiddenOutput: string, output: string, states: Float32Array) {
  const width = prober.evaluate(hiddenOutput)?.shape[2] ?? 0;
  const tokens = states.length / width;
  const sample = { shape: [1, tokens, width], type: dataType.float, data: Float64Array.from(states) };
  const given = { [hiddenOutput]: sample, [original(prober, hiddenOutput)]: sample };
  const found = prober.probe(output, given, tokens)?.data;
  return found && Float32Array.from(found);
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 4).map((name) => shortened(name));
  return names.length > shown.length ? `${shown.join(', ')} and others` : shown.join(', ');
}

function firstHidden(outputs: readonly SampledOutput[]): HiddenOutput {
  const ofRank = (rank: number): SampledOutput | undefined => outputs.find(({ shape }) => shape?.length === rank);
  const none = ofRank(2)
    ? 'it gives pooled vectors only'
    : 'no output of hidden states [batch × tokens × width] is found';
  return ofRank(3) ?? { reason: none };
}

/** A layer with what is needed to look at its mask later. */
interface LayerMatch {
  readonly role: Omit<EncoderLayer, 'window' | 'causal'>;
  readonly attention: AttentionMatch;
  readonly feedForward: FeedForwardMatch;
  readonly down: LinearMatch;
}

function readEncoder(prober: Prober, output: string, padTokenId: number): EncoderDescription {
  const hidden = prober.evaluate(output)?.shape[2] ?? 0;
  const last = matchNorm(prober, output);
  const isPreNorm = last !== undefined && matchFeedForwardBlock(prober, last.input)?.preNorm === true;
  let current = isPreNorm ? last.input : original(prober, output);
  const layers: LayerMatch[] = [];
  for (let next = matchLayer(prober, current, isPreNorm); next; next = matchLayer(prober, current, isPreNorm)) {
    layers.unshift(next.layer);
    current = next.input;
    require(layers.length <= mostLayers, 'more layers than any encoder has, or layers in a circle');
  }
  const made = maker(prober, output)?.opType ?? 'an input';
  require(layers.length > 0, `the hidden states do not come from an encoder layer, but from ${shortened(made)}`);
  const embeddingNorm = matchNorm(prober, current);
  const tables = matchEmbeddings(prober, embeddingNorm?.input ?? current, hidden, padTokenId);

  const [{ attention, feedForward, down }] = layers;
  const { heads, keyValueHeads, headWidth } = attention;
  const sameShape = layers.every(
    (layer) =>
      layer.attention.heads === heads &&
      layer.attention.keyValueHeads === keyValueHeads &&
      layer.attention.headWidth === headWidth &&
      layer.feedForward.activation === feedForward.activation &&
      (layer.feedForward.gate === undefined) === (feedForward.gate === undefined) &&
      layer.down.inputs === down.inputs,
  );
  require(sameShape, 'layers of different shapes');
  const maxTokens = tables.positions && tables.positions.table.values.dims[0] - tables.positions.first;
  return {
    hidden,
    heads,
    keyValueHeads,
    headWidth,
    ffn: down.inputs,
    activation: feedForward.activation,
    gated: feedForward.gate !== undefined,
    preNorm: isPreNorm,
    ...tables,
    embeddingNorm: embeddingNorm && encoderNorm(embeddingNorm),
    finalNorm: isPreNorm ? encoderNorm(last) : undefined,
    ...readScores(prober, layers, maxTokens),
  };
}

/** Reads scale, windows and relative biases of all layers. */
function readScores(
  prober: Prober,
  layers: readonly LayerMatch[],
  maxTokens: number | undefined,
): Pick<EncoderDescription, 'layers' | 'maxTokens' | 'relativeBias' | 'distanceSlopes' | 'scoreScale'> {
  const { heads } = layers[0].attention;
  const seen = new Map<string, ScoreMask & { readonly scale: number }>();
  const masks = layers.map(({ attention: { scores } }) => {
    const key = scoreKey(prober, scores, Math.min(maxTokens ?? maskTokens, maskTokens));
    const mask = seen.get(key) ?? {
      ...findMask(prober, scores, heads, maxTokens),
      scale: findScoreScale(prober, scores, heads),
    };
    seen.set(key, mask);
    return mask;
  });
  const [{ scale: scoreScale }] = masks;
  require(masks.every(
    ({ scale }) => Math.abs(scale - scoreScale) <= 1e-6 * scoreScale,
  ), 'layers whose scores are scaled differently');
  const relativeBias = masks[0].bias;
  const sameBias = masks.every(({ bias }) =>
    bias === undefined || relativeBias === undefined
      ? bias === relativeBias
      : bias.every((x, i) => x === relativeBias[i]),
  );
  require(sameBias, 'layers with different relative biases');
  const distanceSlopes = masks[0].slopes;
  require(relativeBias === undefined ||
    distanceSlopes !== undefined ||
    relativeBias.length === heads * (2 * (maxTokens ?? 0) - 1), 'relative biases for texts of unknown length');
  return {
    scoreScale,
    relativeBias: distanceSlopes === undefined ? relativeBias : undefined,
    distanceSlopes,
    maxTokens,
    layers: layers.map(({ role }, i) => ({ ...role, window: masks[i].window, causal: masks[i].causal })),
  };
}

function findMask(prober: Prober, scores: ScorePath, heads: number, longest = Number.POSITIVE_INFINITY): ScoreMask {
  const distance = farthestDistance(prober, scores);
  const tokens = Math.min(longest, Math.max(maskTokens, distance + 2));
  require(tokens <=
    mostMaskTokens, `an attention mask that may end ${distance} tokens away, farther than is looked at`);
  const mask = findScoreMask(prober, scores, heads, tokens);
  const isRule = mask.bias === undefined || mask.slopes !== undefined;
  return isRule ? mask : findScoreMask(prober, scores, heads, Math.min(longest, Math.max(tokens, biasTokens)));
}

/**
 * Finds the encoder layer that ends at `value`, and its input. Returns undefined if there is none: this is where the
 * embeddings end.
 */
function matchLayer(
  prober: Prober,
  value: string,
  preNorm: boolean,
): { readonly layer: LayerMatch; readonly input: string } | undefined {
  const ffnNorm = preNorm ? undefined : matchNorm(prober, value);
  if (!preNorm && ffnNorm === undefined) {
    return undefined;
  }
  const ffn = matchFeedForwardBlock(prober, ffnNorm?.input ?? value);
  if (ffn === undefined || ffn.preNorm !== preNorm) {
    return undefined;
  }
  const attentionNorm = preNorm ? undefined : matchNorm(prober, ffn.residual);
  require(preNorm || attentionNorm !== undefined, 'an attention without the norm behind it');
  const attention = matchAttentionBlock(prober, attentionNorm?.input ?? ffn.residual, preNorm);
  return {
    input: attention.residual,
    layer: {
      attention: attention.match,
      feedForward: ffn.match,
      down: ffn.down,
      role: {
        attentionNorm: preNorm ? attention.norm : attentionNorm && encoderNorm(attentionNorm),
        query: attention.match.query,
        key: attention.match.key,
        value: attention.match.value,
        queryNorm: attention.match.queryNorm,
        keyNorm: attention.match.keyNorm,
        out: attention.out,
        attentionOutNorm: attention.outNorm,
        rotation: attention.match.rotation,
        ffnNorm: preNorm ? ffn.norm : ffnNorm && encoderNorm(ffnNorm),
        up: ffn.match.up,
        gate: ffn.match.gate,
        down: encoderLinear(ffn.down),
        ffnOutNorm: ffn.outNorm,
      },
    },
  };
}

interface ResidualAddition {
  readonly linear: LinearMatch;
  /** Of what the linear layer makes, in pre-norm models that have it. */
  readonly outNorm?: EncoderNorm;
  readonly residual: string;
}

/**
 * Yields the two orders in which the operands of a residual addition may stand: the output of a linear layer, and the
 * residual.
 */
function* residualAdditions(prober: Prober, value: string): Generator<ResidualAddition> {
  const node = maker(prober, value);
  if (isOp(node, 'Add')) {
    for (const [made, residual] of [node.input, [...node.input].reverse()]) {
      const norm = matchNorm(prober, made);
      const linear = matchLinear(prober, norm?.input ?? made);
      if (linear !== undefined) {
        yield { linear, outNorm: norm && encoderNorm(norm), residual: original(prober, residual) };
      }
    }
  }
}

interface FeedForwardBlock {
  readonly match: FeedForwardMatch;
  readonly down: LinearMatch;
  readonly outNorm?: EncoderNorm;
  readonly residual: string;
  readonly preNorm: boolean;
  readonly norm?: EncoderNorm;
}

function matchFeedForwardBlock(prober: Prober, value: string): FeedForwardBlock | undefined {
  for (const { linear: down, outNorm, residual } of residualAdditions(prober, value)) {
    const match = matchFeedForward(prober, down.input, down.inputs);
    const norm = match && matchNorm(prober, match.input);
    if (match?.input === residual && outNorm === undefined) {
      return { match, down, residual, preNorm: false };
    }
    if (match !== undefined && norm?.input === residual) {
      return { match, down, outNorm, residual, preNorm: true, norm: encoderNorm(norm) };
    }
  }
  return undefined;
}

interface AttentionBlock {
  readonly match: AttentionMatch;
  readonly out: EncoderLinear;
  readonly outNorm?: EncoderNorm;
  readonly residual: string;
  readonly norm?: EncoderNorm;
}

function matchAttentionBlock(prober: Prober, value: string, preNorm: boolean): AttentionBlock {
  for (const { linear, outNorm, residual } of residualAdditions(prober, value)) {
    require(preNorm || outNorm === undefined, 'an attention with norms before and behind its addition');
    const match = matchAttention(prober, linear.input);
    const out = encoderLinear(linear);
    if (match.input === residual) {
      return { match, out, outNorm, residual };
    }
    const norm = preNorm ? matchNorm(prober, match.input) : undefined;
    require(norm?.input === residual, 'an attention whose residual comes from elsewhere');
    return { match, out, outNorm, residual, norm: encoderNorm(norm) };
  }
  throw new Unrecognised('a layer without attention');
}
