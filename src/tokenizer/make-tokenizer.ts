import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { OctavecError } from '../base/index.js';
import { exists } from '../files/index.js';
import { readJsonFile } from '../model/index.js';
import { readSentencePiece } from './sentencepiece-model.js';
import { type SpecialToken, tokenizerJson } from './tokenizer-json.js';

const token = z.union([z.string(), z.object({ content: z.string() }).transform(({ content }) => content)]).nullish();

const configSchema = z.object({
  tokenizer_class: z.string().nullish(),
  do_lower_case: z.boolean().nullish(),
  tokenize_chinese_chars: z.boolean().nullish(),
  strip_accents: z.boolean().nullish(),
  unk_token: token,
  sep_token: token,
  pad_token: token,
  cls_token: token,
  mask_token: token,
});
const modelSchema = z.object({ model_type: z.string().nullish() });
type TokenizerConfig = z.output<typeof configSchema>;

/** Tokenizers of words and of pieces of words, by `tokenizer_class` without "Fast". */
const wordPieceClasses = ['BertTokenizer', 'DistilBertTokenizer', 'MPNetTokenizer'];
const unigramClasses = ['XLMRobertaTokenizer'];
const sentencePieceNames = ['sentencepiece.bpe.model', 'spiece.model', 'tokenizer.model'];

/**
 * Makes the tokenizer.json that a folder lacks from `vocab.txt` (WordPiece) or a SentencePiece model (XLM-R's), as
 * transformers would.
 *
 * @returns undefined where there is one already, or nothing that one could be made of
 * @throws TOKENIZER_INVALID for tokenizers of other kinds, CONFIG_INVALID, FILE_NOT_READABLE
 */
export async function missingTokenizer(folder: string): Promise<string | undefined> {
  if (await exists(join(folder, 'tokenizer.json'))) {
    return undefined;
  }
  const config = (await readJsonFile(join(folder, 'tokenizer_config.json'), configSchema)) ?? {};
  const { model_type: modelType } = (await readJsonFile(join(folder, 'config.json'), modelSchema)) ?? {};
  const vocabulary = join(folder, 'vocab.txt');
  if (await exists(vocabulary)) {
    checkClass(vocabulary, config, wordPieceClasses);
    return wordPiece(vocabulary, await readFile(vocabulary, 'utf8'), config, modelType === 'mpnet');
  }
  for (const name of sentencePieceNames) {
    const path = join(folder, name);
    if (await exists(path)) {
      checkClass(
        path,
        { tokenizer_class: modelType === 'xlm-roberta' ? 'XLMRobertaTokenizer' : '?', ...config },
        unigramClasses,
      );
      return unigram(path, await readFile(path), config);
    }
  }
  return undefined;
}

function checkClass(path: string, { tokenizer_class: name }: TokenizerConfig, known: readonly string[]): void {
  const plain = name?.replace(/Fast$/, '');
  if (plain !== undefined && !known.includes(plain)) {
    const why = `there is no tokenizer.json, and none can be made of it for a ${plain}`;
    throw new OctavecError('TOKENIZER_INVALID', { path, why });
  }
}

/** Reads a vocabulary with one word or piece a line; the number of the line is its id. */
function wordPiece(path: string, text: string, config: TokenizerConfig, isMpnet: boolean): string {
  const words = text.replace(/\n$/, '').split('\n');
  const vocab = Object.fromEntries(words.map((word, id) => [word.replace(/\r$/, ''), id]));
  const usual = isMpnet ? ['[UNK]', '</s>', '<pad>', '<s>', '<mask>'] : ['[UNK]', '[SEP]', '[PAD]', '[CLS]', '[MASK]'];
  const { unk_token, sep_token, pad_token, cls_token, mask_token } = config;
  const names = [unk_token, sep_token, pad_token, cls_token, mask_token].map((name, i) => name ?? usual[i]);
  const [unknown, sep, , cls, mask] = names;
  const missing = [unknown, sep, cls].find((name) => !Object.hasOwn(vocab, name));
  if (missing !== undefined) {
    throw new OctavecError('TOKENIZER_INVALID', { path, why: `it does not have the special token "${missing}"` });
  }
  const special = [...new Set(names)]
    .filter((content) => Object.hasOwn(vocab, content))
    .map((content): SpecialToken => ({ id: vocab[content], content, isMask: isMpnet && content === mask }))
    .sort((a, b) => a.id - b.id);
  return tokenizerJson({
    special,
    normalizer: {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: config.tokenize_chinese_chars ?? true,
      strip_accents: config.strip_accents ?? null,
      lowercase: config.do_lower_case ?? true,
    },
    preTokenizer: { type: 'BertPreTokenizer' },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: unknown,
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab,
    },
    single: [cls, 'A', sep],
    pair: [[cls, 0], ['A', 0], [sep, 0], ...(isMpnet ? [[sep, 0] as const] : []), ['B', 1], [sep, 1]],
  });
}

/**
 * Makes a unigram model. XLM-R has the ids of fairseq: its own special tokens first, then the pieces but for the first
 * three, then the mask.
 */
function unigram(path: string, bytes: Buffer, config: TokenizerConfig): string {
  const { pieces, isUnigram, charsmap } = readSentencePiece(bytes, path);
  if (!isUnigram) {
    throw new OctavecError('TOKENIZER_INVALID', {
      path,
      why: 'it is not a unigram model, and others are not converted',
    });
  }
  const { cls_token, pad_token, sep_token, unk_token, mask_token } = config;
  const names = [cls_token ?? '<s>', pad_token ?? '<pad>', sep_token ?? '</s>', unk_token ?? '<unk>'];
  const mask = mask_token ?? '<mask>';
  const [cls, , sep] = names;
  const vocab = [...names.map((name) => [name, 0] as const), ...pieces.slice(3), [mask, 0] as const];
  const metaspace = { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true };
  return tokenizerJson({
    special: [...names.map((content, id) => ({ id, content })), { id: vocab.length - 1, content: mask, isMask: true }],
    normalizer: {
      type: 'Sequence',
      normalizers: [
        ...(charsmap.length > 0
          ? [{ type: 'Precompiled', precompiled_charsmap: Buffer.from(charsmap).toString('base64') }]
          : []),
        { type: 'Strip', strip_left: false, strip_right: true },
        { type: 'Replace', pattern: { Regex: ' {2,}' }, content: '▁' },
      ],
    },
    preTokenizer: metaspace,
    decoder: metaspace,
    model: { type: 'Unigram', unk_id: 3, vocab, byte_fallback: false },
    single: [cls, 'A', sep],
    pair: [
      [cls, 0],
      ['A', 0],
      [sep, 0],
      [sep, 0],
      ['B', 0],
      [sep, 0],
    ],
  });
}
