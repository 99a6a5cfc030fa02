/** Names of outputs that are taken before others of the same shape, by all engines: they must give the same vectors. */
export const hiddenOutputNames: readonly string[] = ['last_hidden_state', 'token_embeddings'];
export const pooledOutputNames: readonly string[] = ['sentence_embedding', 'sentence_embeddings', 'embeddings'];
