import { OctavecError, unknownTokenId } from '../base/index.js';

/** The tokenizer of a static model, made from its teacher's. */
export interface StudentTokenizer {
  /** The content of tokenizer.json. */
  readonly json: object;
  /** [own tokens] the teacher's ids of the student's tokens, by their ids there. Words that were added follow them. */
  readonly teacherIds: Int32Array;
  /** Words that were added, as the teacher reads them. */
  readonly words: readonly string[];
  /** The token that counts in no text, and its id. */
  readonly unknownToken?: string;
  readonly unknownId?: number;
  /** What programs that compute in rectangles fill short texts up with: it does not count, whichever it is. */
  readonly paddingToken?: string;
}

interface AddedToken {
  readonly id: number;
  readonly content: string;
}

type Vocabulary = Readonly<Record<string, number>> | readonly (readonly [string, number])[];

interface TokenizerJson {
  readonly added_tokens?: readonly AddedToken[];
  readonly model?: { readonly type?: string; readonly vocab?: Vocabulary; readonly unk_id?: number | null };
}

/** Rows that nobody uses: places that BERT's vocabulary keeps free. */
const unusedToken = /^\[unused\d+\]$/;

const paddingTokens = ['[PAD]', '<pad>'];

/** Places whose ids nothing else refers to. BPE has merges, which do. */
const reindexed = new Set(['WordPiece', 'WordLevel', 'Unigram']);

/**
 * Makes the tokenizer of a static model: no special tokens around a text, no cutting, no unused tokens, and words of one's
 * own. A word that the vocabulary has already is passed over.
 *
 * @param teacher the content of the teacher's tokenizer.json
 * @param path of it, for messages
 * @param words single words, and phrases of several
 * @param isOneWord says whether the tokenizer looks a word up as a whole
 * @throws TOKENIZER_INVALID
 */
export function studentTokenizer(
  teacher: unknown,
  path: string,
  words: readonly string[] = [],
  isOneWord: (word: string) => boolean = () => false,
): StudentTokenizer {
  const { model, added_tokens: added = [], ...others } = (teacher ?? {}) as TokenizerJson;
  const { type = '', vocab } = model ?? {};
  if (model === undefined || vocab === undefined) {
    throw new OctavecError('TOKENIZER_INVALID', { path, why: 'it has no vocabulary' });
  }
  const tokens = tokensById(vocab);
  const kept = tokens.filter(([token]) => !reindexed.has(type) || !unusedToken.test(token));
  const places = new Map(kept.map(([token], i) => [token, i]));
  const beyond = added.filter(({ content }) => !places.has(content) && !unusedToken.test(content));
  const known = new Set([...places.keys(), ...beyond.map(({ content }) => content)]);
  const fresh = [...new Set(words)].filter((word) => word.trim() !== '' && !known.has(word));
  // Byte-level BPE writes words in signs of its own.
  const takesWords = type === 'WordPiece' || type === 'WordLevel';
  const whole = takesWords ? fresh.filter(isOneWord) : [];
  const phrases = fresh.filter((word) => !whole.includes(word));
  const inVocabulary = kept.length + whole.length;
  const placeOf = (content: string) =>
    places.get(content) ?? inVocabulary + beyond.findIndex((one) => one.content === content);
  const json = {
    ...others,
    truncation: null,
    padding: null,
    post_processor: null,
    added_tokens: [
      ...added.filter(({ content }) => known.has(content)).map((token) => ({ ...token, id: placeOf(token.content) })),
      ...phrases.map((content, i) => addedPhrase(content, inVocabulary + beyond.length + i)),
    ].sort((a, b) => a.id - b.id),
    model: { ...model, ...newUnknownId(model.unk_id, kept), vocab: newVocabulary(vocab, kept, whole) },
  };
  const teacherIds = Int32Array.from([...kept.map(([, id]) => id), ...beyond.map(({ id }) => id)]);
  const unknownId = unknownTokenId(json);
  const unknownToken = unknownId === undefined ? undefined : kept[unknownId]?.[0];
  const paddingToken = [...paddingTokens, unknownToken].find((token) => token !== undefined && known.has(token));
  return { json, teacherIds, words: [...whole, ...phrases], unknownId, unknownToken, paddingToken };
}

/** Lists a vocabulary's tokens by their ids, which may have gaps. */
function tokensById(vocab: Vocabulary): (readonly [token: string, id: number])[] {
  if (Array.isArray(vocab)) {
    return vocab.map(([token]: readonly [string, number], id) => [token, id] as const);
  }
  return Object.entries(vocab as Readonly<Record<string, number>>).sort(([, a], [, b]) => a - b);
}

function newVocabulary(
  vocab: Vocabulary,
  kept: readonly (readonly [string, number])[],
  words: readonly string[],
): Vocabulary {
  if (Array.isArray(vocab)) {
    return kept.map(([, id]) => vocab[id]);
  }
  return Object.fromEntries([...kept.map(([token]) => token), ...words].map((token, id) => [token, id]));
}

function newUnknownId(id: number | null | undefined, kept: readonly (readonly [string, number])[]): object {
  return typeof id === 'number' ? { unk_id: kept.findIndex(([, old]) => old === id) } : {};
}

function addedPhrase(content: string, id: number) {
  return { id, content, single_word: true, lstrip: false, rstrip: false, normalized: true, special: false };
}
