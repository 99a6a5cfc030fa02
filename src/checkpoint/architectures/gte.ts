import {
  type Architecture,
  activationNamed,
  type Layout,
  type RotarySettings,
  rotaryOf,
  usualSizes,
} from './architecture.js';
import { pooledClassifier } from './bert.js';
import type { ConfigReader } from './config-reader.js';
import { pairedProjections } from './decoder-layout.js';
import { everyLayer } from './layer-kinds.js';

const gteEmbeddings = {
  words: 'embeddings.word_embeddings',
  types: 'embeddings.token_type_embeddings',
  embeddingNorm: 'embeddings.LayerNorm',
} as const;

/** The names of the model's own code, and those of transformers, which has the model since 5.23. */
const gteLayouts: readonly Layout[] = [
  {
    ...gteEmbeddings,
    layers: 'encoder.layer',
    attention: { fused: 'attention.qkv_proj' },
    out: 'attention.o_proj',
    attentionNorm: 'attn_ln',
    ffn: { fused: 'mlp.up_gate_proj', first: 'gate', down: 'mlp.down_proj' },
    ffnNorm: 'mlp_ln',
  },
  {
    ...gteEmbeddings,
    ...pairedProjections,
    attentionNorm: 'post_attention_layernorm',
    ffnNorm: 'post_mlp_layernorm',
  },
];

export const gte: Architecture = {
  name: 'GTE',
  modelTypes: ['new', 'gte'],
  preNorm: false,
  norm: 'layer',
  hasBiases: false,
  layouts: gteLayouts,
  classifier: pooledClassifier,
  settings: (config) => {
    config.only('position_embedding_type', 'rope');
    config.only('layer_norm_type', 'layer_norm');
    config.only('logn_attention_scale', false);
    config.only('logn_attention_clip1', false);
    const sizes = usualSizes(config);
    const rotary = gteRotary(config);
    return {
      ...sizes,
      epsilon: config.number('layer_norm_eps') ?? 1e-12,
      activation: activationNamed(config, config.text('hidden_act') ?? 'gelu'),
      maxTokens: config.needCount('max_position_embeddings'),
      sight: everyLayer(sizes.layers, () => ({ window: 0, causal: false, rotary })),
    };
  },
};

/**
 * Reads the model's own NTK scaling, which multiplies the base and divides every frequency, for texts of any length.
 */
function gteRotary(config: ConfigReader): RotarySettings {
  const scaling = config.inner('rope_scaling');
  if (config.inner('rope_parameters') === undefined && scaling?.text('type', 'rope_type') === 'ntk') {
    if (scaling.number('mixed_b') !== undefined) {
      config.unsupported('rotary positions with "mixed_b"');
    }
    return { base: config.positive('rope_theta') ?? 10_000, ntkFactor: scaling.positive('factor') ?? 1 };
  }
  return rotaryOf(config, undefined, ['rope_theta'], 10_000);
}
