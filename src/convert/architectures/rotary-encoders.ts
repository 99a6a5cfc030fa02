import {
  type Architecture,
  activationNamed,
  type Layout,
  type RotarySettings,
  rotaryOf,
  type Sight,
  usualSizes,
} from './architecture.js';
import type { ConfigReader } from './config-reader.js';

/** Returns one entry for each layer. */
function everyLayer(layers: number, sight: (layer: number) => Sight): readonly Sight[] {
  return Array.from({ length: layers }, (_, layer) => sight(layer));
}

/** Returns the kinds of layers by `layer_types`, else global where the rule says so. */
function layerKinds(config: ConfigReader, layers: number, isGlobal: (layer: number) => boolean): readonly string[] {
  const kinds =
    config.texts('layer_types') ??
    Array.from({ length: layers }, (_, layer) => (isGlobal(layer) ? 'full_attention' : 'sliding_attention'));
  const odd = kinds.find((kind) => kind !== 'full_attention' && kind !== 'sliding_attention');
  if (odd !== undefined || kinds.length !== layers) {
    config.unsupported(odd === undefined ? `"layer_types" for ${kinds.length} layers` : `layers of the type "${odd}"`);
  }
  return kinds;
}

export const nomicBert: Architecture = {
  name: 'NomicBERT',
  modelTypes: ['nomic_bert'],
  preNorm: false,
  norm: 'layer',
  hasBiases: false,
  layouts: [
    {
      words: 'embeddings.word_embeddings',
      types: 'embeddings.token_type_embeddings',
      embeddingNorm: 'emb_ln',
      layers: 'encoder.layers',
      attention: { fused: 'attn.Wqkv' },
      out: 'attn.out_proj',
      attentionNorm: 'norm1',
      // The activation is applied to the second of the two.
      ffn: { up: 'mlp.fc12', gate: 'mlp.fc11', down: 'mlp.fc2' },
      ffnNorm: 'norm2',
    },
    {
      words: 'embeddings.word_embeddings',
      types: 'embeddings.token_type_embeddings',
      embeddingNorm: 'emb_ln',
      layers: 'encoder.layers',
      attention: { fused: 'attn.Wqkv' },
      out: 'attn.out_proj',
      attentionNorm: 'norm1',
      ffn: { up: 'mlp.fc1', down: 'mlp.fc2' },
      ffnNorm: 'norm2',
    },
  ],
  settings: (config) => {
    config.only('prenorm', false);
    config.only('rotary_emb_fraction', 1);
    config.only('rotary_emb_interleaved', false);
    config.only('use_rms_norm', false);
    if ((config.number('num_experts') ?? 0) > 0 && (config.number('moe_every_n_layers') ?? 0) > 0) {
      config.unsupported('a mixture of experts');
    }
    const layers = config.needCount('num_hidden_layers', 'n_layer');
    const rotary = rotaryOf(config, undefined, ['rotary_emb_base'], 1000);
    const positions = config.needCount('max_position_embeddings', 'n_positions');
    // Beyond the texts that it was trained with, positions are scaled by the longest text of a batch, which a graph cannot do.
    const trained = config.count('max_trained_positions') ?? positions;
    const isScaled = config.number('rotary_scaling_factor') !== undefined;
    return {
      hidden: config.needCount('hidden_size', 'n_embd'),
      heads: config.needCount('num_attention_heads', 'n_head'),
      headWidth: config.count('head_dim'),
      layers,
      padTokenId: config.number('pad_token_id') ?? 0,
      epsilon: config.number('layer_norm_eps', 'layer_norm_epsilon') ?? 1e-12,
      activation: activationNamed(config, config.text('hidden_act', 'activation_function') ?? 'silu'),
      maxTokens: isScaled ? Math.min(positions, trained) : positions,
      sight: everyLayer(layers, () => ({ window: 0, causal: false, rotary })),
    };
  },
};

export const modernBert: Architecture = {
  name: 'ModernBERT',
  modelTypes: ['modernbert'],
  preNorm: true,
  norm: 'layer',
  hasBiases: false,
  layouts: [
    {
      words: 'embeddings.tok_embeddings',
      embeddingNorm: 'embeddings.norm',
      finalNorm: 'final_norm',
      layers: 'layers',
      attentionNorm: 'attn_norm',
      attention: { fused: 'attn.Wqkv' },
      out: 'attn.Wo',
      ffnNorm: 'mlp_norm',
      ffn: { fused: 'mlp.Wi', first: 'up', down: 'mlp.Wo' },
    },
  ],
  settings: (config) => {
    const sizes = usualSizes(config);
    const every = config.count('global_attn_every_n_layers') ?? 3;
    const kinds = layerKinds(config, sizes.layers, (layer) => layer % every === 0);
    const window = Math.floor((config.count('local_attention') ?? 128) / 2);
    const global = rotaryOf(config, 'full_attention', ['global_rope_theta'], 160_000);
    const local = rotaryOf(config, 'sliding_attention', ['local_rope_theta'], 10_000);
    return {
      ...sizes,
      epsilon: config.number('norm_eps') ?? 1e-5,
      activation: activationNamed(config, config.text('hidden_activation') ?? 'gelu'),
      maxTokens: config.needCount('max_position_embeddings'),
      sight: kinds.map((kind) =>
        kind === 'full_attention'
          ? { window: 0, causal: false, rotary: global }
          : { window, causal: false, rotary: local },
      ),
    };
  },
};

const decoderLayout = {
  words: 'embed_tokens',
  finalNorm: 'norm',
  layers: 'layers',
  attentionNorm: 'input_layernorm',
  attention: ['self_attn.q_proj', 'self_attn.k_proj', 'self_attn.v_proj'],
  out: 'self_attn.o_proj',
  queryNorm: 'self_attn.q_norm',
  keyNorm: 'self_attn.k_norm',
  ffn: { up: 'mlp.gate_proj', gate: 'mlp.up_proj', down: 'mlp.down_proj' },
} as const;

export const gemma3: Architecture = {
  name: 'Gemma 3',
  modelTypes: ['gemma3_text'],
  preNorm: true,
  norm: 'onePlusRms',
  hasBiases: false,
  layouts: [
    {
      ...decoderLayout,
      attentionOutNorm: 'post_attention_layernorm',
      ffnNorm: 'pre_feedforward_layernorm',
      ffnOutNorm: 'post_feedforward_layernorm',
    },
  ],
  settings: (config) => {
    const sizes = usualSizes(config);
    if (config.number('attn_logit_softcapping') !== undefined) {
      config.unsupported('"attn_logit_softcapping"');
    }
    const pattern = config.count('sliding_window_pattern', '_sliding_window_pattern') ?? 6;
    const kinds = layerKinds(config, sizes.layers, (layer) => (layer + 1) % pattern === 0);
    const causal = config.flag('use_bidirectional_attention') !== true;
    const given = config.count('sliding_window') ?? 4096;
    if (!causal && given % 2 === 1) {
      // transformers before 4.57 halved the window each time a model was saved.
      config.unsupported(
        `"sliding_window": ${given}, which looks halved by a fault of transformers; was it ${(given - 1) * 2}? Such a window`,
      );
    }
    // Causal: the token itself is one of those in the window.
    const window = causal ? given - 1 : Math.floor(given / 2);
    const global = rotaryOf(config, 'full_attention', ['rope_theta'], 1_000_000);
    const local = config.inner('rope_parameters')
      ? rotaryOf(config, 'sliding_attention', [], 10_000)
      : { base: config.number('rope_local_base_freq') ?? 10_000 };
    return {
      ...sizes,
      keyValueHeads: config.needCount('num_key_value_heads'),
      headWidth: config.count('head_dim') ?? 256,
      epsilon: config.number('rms_norm_eps') ?? 1e-6,
      activation: activationNamed(config, config.text('hidden_activation', 'hidden_act') ?? 'gelu_pytorch_tanh'),
      maxTokens: config.needCount('max_position_embeddings'),
      scoreScale: (config.number('query_pre_attn_scalar') ?? 256) ** -0.5,
      wordScale: Math.sqrt(sizes.hidden),
      normOver: 'head',
      sight: kinds.map((kind) =>
        kind === 'full_attention' ? { window: 0, causal, rotary: global } : { window, causal, rotary: local },
      ),
    };
  },
};

export const qwen3: Architecture = {
  name: 'Qwen3',
  modelTypes: ['qwen3'],
  preNorm: true,
  norm: 'rms',
  hasBiases: false,
  layouts: [{ ...decoderLayout, ffnNorm: 'post_attention_layernorm' }],
  settings: (config) => {
    const sizes = usualSizes(config);
    config.only('use_sliding_window', false);
    layerKinds(config, sizes.layers, () => true).forEach((kind) => {
      if (kind !== 'full_attention') {
        config.unsupported('a sliding window in Qwen3');
      }
    });
    const causal = !(config.flag('use_bidirectional_attention') === true || config.flag('is_causal') === false);
    const rotary = rotaryOf(config, undefined, ['rope_theta'], 10_000);
    return {
      ...sizes,
      keyValueHeads: config.count('num_key_value_heads') ?? 32,
      headWidth: config.count('head_dim') ?? 128,
      epsilon: config.number('rms_norm_eps') ?? 1e-6,
      activation: activationNamed(config, config.text('hidden_act') ?? 'silu'),
      maxTokens: config.needCount('max_position_embeddings'),
      normOver: 'head',
      sight: everyLayer(sizes.layers, () => ({ window: 0, causal, rotary })),
    };
  },
};

/** The names of the model's own code, and those of transformers, which has the model since 5.23. */
const gteLayouts: readonly Layout[] = [
  {
    words: 'embeddings.word_embeddings',
    types: 'embeddings.token_type_embeddings',
    embeddingNorm: 'embeddings.LayerNorm',
    layers: 'encoder.layer',
    attention: { fused: 'attention.qkv_proj' },
    out: 'attention.o_proj',
    attentionNorm: 'attn_ln',
    ffn: { fused: 'mlp.up_gate_proj', first: 'gate', down: 'mlp.down_proj' },
    ffnNorm: 'mlp_ln',
  },
  {
    words: 'embeddings.word_embeddings',
    types: 'embeddings.token_type_embeddings',
    embeddingNorm: 'embeddings.LayerNorm',
    layers: 'layers',
    attention: ['self_attn.q_proj', 'self_attn.k_proj', 'self_attn.v_proj'],
    out: 'self_attn.o_proj',
    attentionNorm: 'post_attention_layernorm',
    ffn: { up: 'mlp.gate_proj', gate: 'mlp.up_proj', down: 'mlp.down_proj' },
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
    return { base: config.number('rope_theta') ?? 10_000, ntkFactor: scaling.number('factor') ?? 1 };
  }
  return rotaryOf(config, undefined, ['rope_theta'], 10_000);
}
