/** A special token as tokenizer.json lists it. */
export interface SpecialToken {
  readonly id: number;
  readonly content: string;
  /** Found in the normalized text, with the white space before it: that is how masks are made. */
  readonly isMask?: boolean;
}

/** The parts of tokenizer.json in which tokenizers differ. */
export interface TokenizerParts {
  readonly special: readonly SpecialToken[];
  readonly normalizer: object | null;
  readonly preTokenizer: object;
  readonly decoder: object;
  readonly model: object;
  /** What stands around one text and two: names of special tokens, "A" and "B", and the types of both. */
  readonly single: readonly string[];
  readonly pair: readonly (readonly [token: string, type: number])[];
}

/** Writes tokenizer.json as transformers would. */
export function tokenizerJson(parts: TokenizerParts): string {
  const { special, normalizer, preTokenizer, decoder, model, single, pair } = parts;
  const idOf = (token: string) => special.find(({ content }) => content === token)?.id ?? 0;
  const piece = ([id, type]: readonly [string, number]) =>
    id === 'A' || id === 'B' ? { Sequence: { id, type_id: type } } : { SpecialToken: { id, type_id: type } };
  const framing = [...new Set(single.filter((token) => token !== 'A'))];
  return JSON.stringify({
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: special.map(({ id, content, isMask = false }) => ({
      ...{ id, content, single_word: false, lstrip: isMask, rstrip: false, normalized: isMask, special: true },
    })),
    normalizer,
    pre_tokenizer: preTokenizer,
    post_processor: {
      type: 'TemplateProcessing',
      single: single.map((token) => piece([token, 0])),
      pair: pair.map(piece),
      special_tokens: Object.fromEntries(
        framing.map((token) => [token, { id: token, ids: [idOf(token)], tokens: [token] }]),
      ),
    },
    decoder,
    model,
  });
}
