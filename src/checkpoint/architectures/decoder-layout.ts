/** Projections of attention and FFN, as decoders and what is made in their manner call them. */
export const pairedProjections = {
  layers: 'layers',
  attention: ['self_attn.q_proj', 'self_attn.k_proj', 'self_attn.v_proj'],
  out: 'self_attn.o_proj',
  ffn: { up: 'mlp.gate_proj', gate: 'mlp.up_proj', down: 'mlp.down_proj' },
} as const;

/** What decoders have in common. */
export const decoderLayout = {
  ...pairedProjections,
  words: 'embed_tokens',
  finalNorm: 'norm',
  attentionNorm: 'input_layernorm',
  queryNorm: 'self_attn.q_norm',
  keyNorm: 'self_attn.k_norm',
} as const;
