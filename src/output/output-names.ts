/** Names of outputs, in lower case, by which all engines choose: they must give the same vectors. */
export const hiddenOutputNames: readonly string[] = ['last_hidden_state', 'token_embeddings', 'hidden_states'];

/** Vectors as the whole model makes them, with all that its configuration says. */
export const pooledOutputNames: readonly string[] = ['sentence_embedding', 'sentence_embeddings', 'embeddings'];

/** Vectors of models that end in another way than their hidden states are pooled: CLIP, BGE-M3. */
export const projectedOutputNames: readonly string[] = [
  'text_embeds',
  'text_embed',
  'text_embedding',
  'text_embeddings',
  'dense_vecs',
  'dense_vec',
  'dense_embedding',
  'dense_embeddings',
  'embedding',
];
