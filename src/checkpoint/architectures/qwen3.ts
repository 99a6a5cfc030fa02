import { type Architecture, activationNamed, rotaryOf, usualSizes } from './architecture.js';
import { decoderLayout } from './decoder-layout.js';
import { everyLayer, layerKinds } from './layer-kinds.js';

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
