/** What tokenizer.json says of its model. */
interface TokenizerModel {
  readonly unk_id?: unknown;
  readonly unk_token?: unknown;
  readonly vocab?: unknown;
}

/**
 * Returns the id of the token that stands for what a vocabulary does not have; undefined if it has none.
 *
 * @param tokenizer the content of tokenizer.json
 */
export function unknownTokenId(tokenizer: unknown): number | undefined {
  const { model } = (tokenizer ?? {}) as { readonly model?: TokenizerModel };
  const { unk_id: id, unk_token: token, vocab } = model ?? {};
  // Unigram names the id, the other models the token.
  if (typeof id === 'number') {
    return id;
  }
  if (typeof token !== 'string' || vocab === null || typeof vocab !== 'object') {
    return undefined;
  }
  const found = (vocab as Readonly<Record<string, unknown>>)[token];
  return typeof found === 'number' ? found : undefined;
}
