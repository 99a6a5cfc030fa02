import { type Architecture, activationNamed, layerCount, rotaryOf } from './architecture.js';
import { everyLayer } from './layer-kinds.js';

const nomicLayout = {
  words: 'embeddings.word_embeddings',
  types: 'embeddings.token_type_embeddings',
  embeddingNorm: 'emb_ln',
  layers: 'encoder.layers',
  attention: { fused: 'attn.Wqkv' },
  out: 'attn.out_proj',
  attentionNorm: 'norm1',
  ffnNorm: 'norm2',
} as const;

export const nomicBert: Architecture = {
  name: 'NomicBERT',
  modelTypes: ['nomic_bert'],
  preNorm: false,
  norm: 'layer',
  hasBiases: false,
  layouts: [
    // The activation is applied to the second of the two.
    { ...nomicLayout, ffn: { up: 'mlp.fc12', gate: 'mlp.fc11', down: 'mlp.fc2' } },
    { ...nomicLayout, ffn: { up: 'mlp.fc1', down: 'mlp.fc2' } },
  ],
  settings: (config) => {
    config.only('prenorm', false);
    config.only('rotary_emb_fraction', 1);
    config.only('rotary_emb_interleaved', false);
    config.only('use_rms_norm', false);
    if ((config.number('num_experts') ?? 0) > 0 && (config.number('moe_every_n_layers') ?? 0) > 0) {
      config.unsupported('a mixture of experts');
    }
    const layers = layerCount(config, 'num_hidden_layers', 'n_layer');
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
