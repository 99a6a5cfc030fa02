/** Tokens that a text is reckoned to have where `batch_size` counts batches in texts. */
export const tokensOfText = 128;
