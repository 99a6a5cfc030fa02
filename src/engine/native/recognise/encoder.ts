import { OctavecError, reasonOf, shortened } from '../../../base/index.js';
import type { Head } from '../../../model/index.js';
import type { OnnxModel } from '../../../onnx/index.js';
import { type ChosenOutputs, chooseOutputs } from '../../choose-output.js';
import type { OfferedOutput, OutputChoice } from '../../offered-output.js';
import { type AttentionMatch, linearRole, matchAttention } from './attention.js';
import type { EncoderDescription, LayerRole, LinearRole, NormRole } from './description.js';
import { matchEmbeddings } from './embeddings.js';
import { type FeedForwardMatch, matchFeedForward } from './feed-forward.js';
import { isA, maker, original, viewGraph } from './graph-view.js';
import { type LinearMatch, matchLinear } from './linear.js';
import { matchNorm, type NormMatch } from './norm.js';
import { checkPooledOutput } from './pooled-output.js';
import { makeProber, type Prober } from './probe.js';
import { findScoreMask, findScoreScale, type ScoreMask, scoreKey } from './score-mask.js';
import { unknownOperators } from './unknown-operators.js';
import { require, Unrecognised } from './unrecognised.js';

/** Masks are looked at for texts of this length, or the longest that there may be. */
const maskTokens = 512;

/** The largest encoders have 48. */
const mostLayers = 256;

export type Recognition =
  | { readonly encoder: EncoderDescription; readonly hiddenOutput: string; readonly outputs: ChosenOutputs }
  | { readonly reason: string };

export interface RecogniseOptions {
  /** Id that pads: sample texts are made of another one, but to see what it does to positions. */
  readonly padTokenId: number;
  /** What comes after the hidden states: outputs that are pooled in the graph must give the same. */
  readonly head?: Head;
  /** How the output is chosen, the same in all engines. */
  readonly choice?: OutputChoice;
}

/**
 * Recognises a BERT-like encoder in a graph by what its parts do, not by what they are called: from the hidden states
 * back to the embeddings, layer by layer.
 *
 * @returns the encoder, or what stands in the way
 * @throws ONNX_CORRUPT, ONNX_LIMIT, ONNX_UNSUPPORTED, EXTERNAL_DATA for tensors that cannot be read
 */
export function recogniseEncoder(model: OnnxModel, options: RecogniseOptions): Recognition {
  try {
    const prober = makeProber(viewGraph(model), options.padTokenId === 7 ? 8 : 7);
    return recognise(prober, options);
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

function recognise(prober: Prober, { head, padTokenId, choice = {} }: RecogniseOptions): Recognition {
  const outputs = prober.view.graph.output.map(({ name = '' }) => name);
  let sought = outputs;
  try {
    const found = findOutputs(prober, outputs, choice);
    const hiddenOutput = found.hidden.name;
    sought = [hiddenOutput];
    const encoder = readEncoder(prober, hiddenOutput, padTokenId);
    if (head !== undefined) {
      checkPooledOutput(prober, hiddenOutput, found.pooled?.name, encoder.hidden, head);
    }
    return { encoder, hiddenOutput, outputs: found };
  } catch (error) {
    if (error instanceof Unrecognised) {
      const unknown = unknownOperators(prober.view, sought);
      return {
        reason: unknown.length > 0 ? `${error.message}; operators not known: ${listed(unknown)}` : error.message,
      };
    }
    throw error;
  }
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 4).map((name) => shortened(name));
  return names.length > shown.length ? `${shown.join(', ')} and others` : shown.join(', ');
}

/** The outputs that all engines take. */
function findOutputs(
  prober: Prober,
  outputs: readonly string[],
  choice: OutputChoice,
): ChosenOutputs & { readonly hidden: OfferedOutput } {
  const offered = outputs.map((name): OfferedOutput => {
    const shape = prober.evaluate(name)?.shape;
    const per = shape?.length === 3 ? 'token' : shape?.length === 2 ? 'text' : 'something else';
    return { name, isFloat: true, per, width: shape?.at(-1), description: shortened(name) };
  });
  let found: ChosenOutputs;
  try {
    found = chooseOutputs(offered, choice, 'it');
  } catch (error) {
    throw new Unrecognised(`no output of hidden states is found (${reasonOf(error)})`);
  }
  require(found.hidden !== undefined, 'it gives pooled vectors only');
  return { ...found, hidden: found.hidden };
}

/** A layer with what is needed to look at its mask later. */
interface LayerMatch {
  readonly role: Omit<LayerRole, 'window'>;
  readonly attention: AttentionMatch;
  readonly feedForward: FeedForwardMatch;
  readonly down: LinearMatch;
}

function readEncoder(prober: Prober, output: string, padTokenId: number): EncoderDescription {
  const { view } = prober;
  const hidden = prober.evaluate(output)?.shape[2] ?? 0;
  const last = matchNorm(view, output, hidden);
  const isPreNorm = last !== undefined && matchFeedForwardBlock(prober, last.input, hidden)?.preNorm === true;
  let current = isPreNorm ? last.input : original(view, output);
  const layers: LayerMatch[] = [];
  for (
    let next = matchLayer(prober, current, hidden, isPreNorm);
    next;
    next = matchLayer(prober, current, hidden, isPreNorm)
  ) {
    layers.unshift(next.layer);
    current = next.input;
    require(layers.length <= mostLayers, 'more layers than any encoder has, or layers in a circle');
  }
  const made = maker(view, output)?.opType ?? 'an input';
  require(layers.length > 0, `the hidden states do not come from an encoder layer, but from ${shortened(made)}`);
  const embeddingNorm = matchNorm(view, current, hidden);
  const tables = matchEmbeddings(prober, embeddingNorm?.input ?? current, hidden, padTokenId);

  const [{ attention, feedForward, down }] = layers;
  const { heads, headWidth } = attention;
  const sameShape = layers.every(
    (layer) =>
      layer.attention.heads === heads &&
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
    headWidth,
    ffn: down.inputs,
    activation: feedForward.activation,
    gated: feedForward.gate !== undefined,
    preNorm: isPreNorm,
    ...tables,
    embeddingNorm: embeddingNorm && normRole(embeddingNorm),
    finalNorm: isPreNorm ? normRole(last) : undefined,
    ...readScores(prober, layers, maxTokens),
  };
}

/** Scale, windows and relative biases of all layers. */
function readScores(
  prober: Prober,
  layers: readonly LayerMatch[],
  maxTokens: number | undefined,
): Pick<EncoderDescription, 'layers' | 'maxTokens' | 'relativeBias' | 'scoreScale'> {
  const tokens = maxTokens === undefined ? maskTokens : Math.min(maxTokens, maskTokens);
  const { heads } = layers[0].attention;
  const seen = new Map<string, ScoreMask & { readonly scale: number }>();
  const masks = layers.map(({ attention: { scores } }) => {
    const key = scoreKey(prober, scores, tokens);
    const mask = seen.get(key) ?? {
      ...findScoreMask(prober, scores, heads, tokens),
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
  require(relativeBias === undefined || maxTokens === tokens, 'relative biases for texts of unknown length');
  return {
    scoreScale,
    relativeBias,
    maxTokens,
    layers: layers.map(({ role }, i) => ({ ...role, window: masks[i].window })),
  };
}

/** The encoder layer that ends at `value`, and what goes into it; undefined if there is none: the embeddings begin. */
function matchLayer(
  prober: Prober,
  value: string,
  hidden: number,
  preNorm: boolean,
): { readonly layer: LayerMatch; readonly input: string } | undefined {
  const ffnNorm = preNorm ? undefined : matchNorm(prober.view, value, hidden);
  if (!preNorm && ffnNorm === undefined) {
    return undefined;
  }
  const ffn = matchFeedForwardBlock(prober, ffnNorm?.input ?? value, hidden);
  if (ffn === undefined || ffn.preNorm !== preNorm) {
    return undefined;
  }
  const attentionNorm = preNorm ? undefined : matchNorm(prober.view, ffn.residual, hidden);
  require(preNorm || attentionNorm !== undefined, 'an attention without the norm behind it');
  const attention = matchAttentionBlock(prober, attentionNorm?.input ?? ffn.residual, hidden, preNorm);
  return {
    input: attention.residual,
    layer: {
      attention: attention.match,
      feedForward: ffn.match,
      down: ffn.down,
      role: {
        attentionNorm: preNorm ? attention.norm : attentionNorm && normRole(attentionNorm),
        query: attention.match.query,
        key: attention.match.key,
        value: attention.match.value,
        out: attention.out,
        rotation: attention.match.rotation,
        ffnNorm: preNorm ? ffn.norm : ffnNorm && normRole(ffnNorm),
        up: ffn.match.up,
        gate: ffn.match.gate,
        down: linearRole(ffn.down),
      },
    },
  };
}

/** The two orders in which the operands of a residual addition may stand: what a linear layer makes, and the residual. */
function* residualAdditions(prober: Prober, value: string): Generator<{ linear: LinearMatch; residual: string }> {
  const node = maker(prober.view, value);
  if (isA(node, 'Add')) {
    for (const [made, residual] of [node.input, [...node.input].reverse()]) {
      const linear = matchLinear(prober.view, made);
      if (linear !== undefined) {
        yield { linear, residual: original(prober.view, residual) };
      }
    }
  }
}

interface FeedForwardBlock {
  readonly match: FeedForwardMatch;
  readonly down: LinearMatch;
  readonly residual: string;
  readonly preNorm: boolean;
  readonly norm?: NormRole;
}

function matchFeedForwardBlock(prober: Prober, value: string, hidden: number): FeedForwardBlock | undefined {
  for (const { linear: down, residual } of residualAdditions(prober, value)) {
    const match = matchFeedForward(prober, down.input, down.inputs);
    const norm = match && matchNorm(prober.view, match.input, hidden);
    if (match?.input === residual) {
      return { match, down, residual, preNorm: false };
    }
    if (match !== undefined && norm?.input === residual) {
      return { match, down, residual, preNorm: true, norm: normRole(norm) };
    }
  }
  return undefined;
}

interface AttentionBlock {
  readonly match: AttentionMatch;
  readonly out: LinearRole;
  readonly residual: string;
  readonly norm?: NormRole;
}

function matchAttentionBlock(prober: Prober, value: string, hidden: number, preNorm: boolean): AttentionBlock {
  for (const { linear, residual } of residualAdditions(prober, value)) {
    const match = matchAttention(prober, linear.input);
    const out = linearRole(linear);
    if (match.input === residual) {
      return { match, out, residual };
    }
    const norm = preNorm ? matchNorm(prober.view, match.input, hidden) : undefined;
    require(norm?.input === residual, 'an attention whose residual comes from elsewhere');
    return { match, out, residual, norm: normRole(norm) };
  }
  throw new Unrecognised('a layer without attention');
}

function normRole({ gamma, beta, epsilon }: NormMatch): NormRole {
  return { gamma, beta, epsilon };
}
