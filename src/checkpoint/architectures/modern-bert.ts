import { type Architecture, activationNamed, rotaryOf, usualSizes } from './architecture.js';
import type { ConfigReader } from './config-reader.js';
import { layerKinds } from './layer-kinds.js';

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
  classifier: { dense: 'head.dense', activation: 'gelu', norm: 'head.norm', out: 'classifier' },
  settings: (config) => {
    const sizes = usualSizes(config);
    const every = config.count('global_attn_every_n_layers') ?? 3;
    const kinds = layerKinds(config, sizes.layers, (layer) => layer % every === 0);
    const window = Math.floor((config.count('local_attention') ?? 128) / 2);
    const global = rotaryOf(config, 'full_attention', ['global_rope_theta'], 160_000);
    // Null in place of the key means the global base.
    const usual = config.isNull('local_rope_theta') ? global.base : 10_000;
    const local = rotaryOf(config, 'sliding_attention', ['local_rope_theta'], usual);
    return {
      ...sizes,
      epsilon: config.number('norm_eps') ?? 1e-5,
      activation: activationNamed(config, config.text('hidden_activation') ?? 'gelu'),
      scoring: {
        pooling: poolingNamed(config, config.text('classifier_pooling') ?? 'cls'),
        activation: activationNamed(config, config.text('classifier_activation') ?? 'gelu'),
      },
      maxTokens: config.needCount('max_position_embeddings'),
      sight: kinds.map((kind) =>
        kind === 'full_attention'
          ? { window: 0, causal: false, rotary: global }
          : { window, causal: false, rotary: local },
      ),
    };
  },
};

function poolingNamed(config: ConfigReader, name: string): 'cls' | 'mean' {
  return name === 'cls' || name === 'mean' ? name : config.unsupported(`"classifier_pooling": "${name}"`);
}
