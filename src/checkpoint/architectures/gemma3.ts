import { type Architecture, activationNamed, rotaryOf, usualSizes } from './architecture.js';
import { decoderLayout } from './decoder-layout.js';
import { layerKinds } from './layer-kinds.js';

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
      : { base: config.positive('rope_local_base_freq') ?? 10_000 };
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
