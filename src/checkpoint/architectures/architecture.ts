import { ownValue } from '../../base/index.js';
import type { Activation, PlannedClassifier } from '../encoder-plan.js';
import type { ConfigReader } from './config-reader.js';

/** An architecture as data: what its tensors are called, in what order its parts work, how its configuration reads. */
export interface Architecture {
  readonly name: string;
  /** `model_type` of config.json. */
  readonly modelTypes: readonly string[];
  /** Ways in which files call the tensors; the one whose first layer is there is taken. */
  readonly layouts: readonly Layout[];
  readonly preNorm: boolean;
  /** `onePlusRms` multiplies by 1 + w. */
  readonly norm: 'layer' | 'rms' | 'onePlusRms';
  /** Every linear layer and norm has a bias; otherwise those that are there count. */
  readonly hasBiases: boolean;
  readonly settings: (config: ConfigReader) => Settings;
  /** What makes a score of hidden states, in models that were trained to score. */
  readonly classifier?: ClassifierLayout;
}

/** Names of modules: out(norm(activation(dense(pooled hidden states)))). */
export interface ClassifierLayout {
  readonly dense: string;
  /** Where configurations do not say. */
  readonly activation: Activation;
  readonly norm?: string;
  readonly out: string;
}

/** Names of modules; those of a layer without what all of the layer's begin with. */
export interface Layout {
  readonly words: string;
  readonly positions?: string;
  readonly types?: string;
  readonly relativeBias?: string;
  readonly embeddingNorm?: string;
  readonly finalNorm?: string;
  /** "encoder.layer" */
  readonly layers: string;
  readonly attention: readonly [query: string, key: string, value: string] | { readonly fused: string };
  readonly out: string;
  readonly queryNorm?: string;
  readonly keyNorm?: string;
  readonly attentionNorm?: string;
  readonly attentionOutNorm?: string;
  readonly ffnNorm?: string;
  readonly ffnOutNorm?: string;
  /** `up` is what the activation is applied to; `gate` what that is multiplied by. */
  readonly ffn:
    | { readonly up: string; readonly gate?: string; readonly down: string }
    | { readonly fused: string; readonly first: 'up' | 'gate'; readonly down: string };
}

/** What a configuration says, whatever its generation. Sizes that tensors have, too, are compared with them. */
export interface Settings {
  /** Width of hidden states. */
  readonly hidden: number;
  /** Attention heads of each layer. */
  readonly heads: number;
  /** Heads of keys and values, where several heads share one; `heads` if left out. */
  readonly keyValueHeads?: number;
  /** Width of a head; `hidden / heads` if left out. */
  readonly headWidth?: number;
  /** Number of layers. */
  readonly layers: number;
  /** Added to the variance in norms. */
  readonly epsilon: number;
  /** Activation of the feed-forward part. */
  readonly activation: Activation;
  /** Longest input, special tokens included. */
  readonly maxTokens: number;
  /** Id of the padding token. */
  readonly padTokenId: number;
  /** Head width to the power of -½ where it is left out. */
  readonly scoreScale?: number;
  /** Factor of word embeddings; 1 if left out. */
  readonly wordScale?: number;
  /** Row of a token in the position table: its place, or counted over tokens other than padding, as in RoBERTa. */
  readonly positionRows?: 'place' | 'counted';
  /** Rows of the table of relative position biases. */
  readonly relativeBuckets?: number;
  /** Scores fall with distance, by a slope for each head (ALiBi). */
  readonly alibi?: boolean;
  /** Of every layer. */
  readonly sight?: readonly Sight[];
  /** What norms of queries and keys reach over: each head by itself (default), or all together. */
  readonly normOver?: 'head' | 'all';
  /** What a configuration says of how scores are made; of the first token otherwise. */
  readonly scoring?: Pick<PlannedClassifier, 'pooling' | 'activation'>;
}

/** Where a layer looks, and how it knows places. */
export interface Sight {
  readonly window: number;
  readonly causal: boolean;
  readonly rotary?: RotarySettings;
}

export interface RotarySettings {
  /** Base of the frequencies, "rope_theta". */
  readonly base: number;
  /** Places are divided by this. */
  readonly factor?: number;
  /** Frequencies are divided by this to the power of 2 / width, on top of a base that is multiplied. */
  readonly ntkFactor?: number;
}

const activations: Readonly<Record<string, Activation>> = {
  gelu: 'gelu',
  gelu_python: 'gelu',
  gelu_new: 'geluTanh',
  gelu_fast: 'geluTanh',
  gelu_pytorch_tanh: 'geluTanh',
  gelu_python_tanh: 'geluTanh',
  gelu_accurate: 'geluTanh',
  relu: 'relu',
  silu: 'silu',
  swish: 'silu',
  swiglu: 'silu',
};

/**
 * Returns the activation of a name that transformers knows.
 *
 * @throws MODEL_UNSUPPORTED for one that is not known
 */
export function activationNamed(config: ConfigReader, name: string): Activation {
  return ownValue(activations, name) ?? config.unsupported(`the activation "${name}"`);
}

/** The largest encoders have 48. */
const mostLayers = 1024;

/**
 * Reads the number of layers, for each of which something is made before any tensor is looked for.
 *
 * @throws CONFIG_INVALID, MODEL_UNSUPPORTED for more than any encoder has
 */
export function layerCount(config: ConfigReader, ...keys: readonly string[]): number {
  const layers = config.needCount(...keys);
  return layers <= mostLayers ? layers : config.unsupported(`an encoder of ${layers} layers`);
}

/** Reads sizes by the names that most configurations have for them. */
export function usualSizes(config: ConfigReader): Pick<Settings, 'hidden' | 'heads' | 'layers' | 'padTokenId'> {
  return {
    hidden: config.needCount('hidden_size'),
    heads: config.needCount('num_attention_heads'),
    layers: layerCount(config, 'num_hidden_layers'),
    padTokenId: config.number('pad_token_id') ?? 0,
  };
}

/**
 * Reads the rotary settings of one kind of layers, in either generation of files.
 *
 * @throws MODEL_UNSUPPORTED, CONFIG_INVALID for a base or factor that turns nowhere
 */
export function rotaryOf(config: ConfigReader, kind: string | undefined, oldKeys: readonly string[], usual: number) {
  const all = config.inner('rope_parameters');
  const parameters = (kind === undefined ? undefined : all?.inner(kind)) ?? all;
  const base = parameters?.positive('rope_theta') ?? config.positive(...oldKeys) ?? usual;
  const scaling = parameters ?? config.inner('rope_scaling');
  scaling?.only('partial_rotary_factor', 1);
  const type = scaling?.text('rope_type', 'type') ?? 'default';
  if (type === 'linear') {
    return { base, factor: scaling?.positive('factor') ?? 1 };
  }
  return type === 'default' ? { base } : config.unsupported(`rotary positions of the type "${type}"`);
}
