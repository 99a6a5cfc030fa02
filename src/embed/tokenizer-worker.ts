import { parentPort, workerData } from 'node:worker_threads';
import type { Tokenizer } from 'tokenizers';
import { reasonOf } from '../base/index.js';
import { deadMemoryCollector } from '../threads/index.js';
import { type Frame, truncated, windows } from './over-long.js';
import { packRows } from './pack-rows.js';
import { readTokenizer } from './read-tokenizer.js';
import { decode, spell } from './spell.js';
import { strip } from './strip.js';
import type {
  FromTokenizer,
  TokenFailure,
  TokenizeMessage,
  TokenizerSettings,
  TokensMessage,
  ToTokenizer,
} from './tokenizer-protocol.js';

/** The thread that holds the tokenizer: loading one with a large vocabulary takes a second, and ids come as arrays. */

if (parentPort === null) {
  throw new Error('tokenizer-worker.js runs in a worker thread only');
}
const port = parentPort;
const { path, lowerCase, tokenizerLowerCase, maxTokens, padTokenId } = workerData as TokenizerSettings;

/** What an encoding takes for each of its tokens: ids, offsets, masks, words, and the token as a string. */
const encodingBytesPerToken = 128;

/** A text of so many characters takes about a tenth of a second. */
const longCharacters = 64 * 1024;

const collect = deadMemoryCollector();

function send(message: FromTokenizer, transfer: ArrayBuffer[] = []): void {
  port.postMessage(message, transfer);
}

try {
  const tokenizer = await readTokenizer(path, tokenizerLowerCase);
  // What tokenizer.json says of padding and cutting is for other uses of it.
  tokenizer.disablePadding();
  tokenizer.disableTruncation();
  const frame = await frameOf(tokenizer);
  // One after the other, in the order of the calls: a thread that is busy with one text is enough. Texts that take long
  // have a line of their own, so that nobody else waits for them.
  const lines = { short: Promise.resolve(), long: Promise.resolve() };
  port.on('message', (message: ToTokenizer) => {
    if (message === 'close') {
      port.close();
      return;
    }
    if (message.kind !== 'tokenize') {
      const answer = message.kind === 'spell' ? spell(tokenizer, message, asGiven) : decode(tokenizer, message);
      void answer.then((found) => send({ kind: 'answer', call: message.call, answer: found }));
      return;
    }
    const line = message.texts.some(({ length }) => length > longCharacters) ? 'long' : 'short';
    lines[line] = lines[line].then(() => reply(tokenizer, frame, message));
  });
  send({ kind: 'ready', tokensBehind: frame.behind.length });
} catch (error) {
  send({ kind: 'failed', error: { code: 'TOKENIZER_INVALID', details: { path, why: reasonOf(error) } } });
  port.close();
}

async function reply(tokenizer: Tokenizer, frame: Frame, message: TokenizeMessage): Promise<void> {
  const answer = await answerTo(tokenizer, frame, message);
  const { call } = message;
  const { ids, offsets, rowOffsets, lengths } = answer;
  const tokens = lengths.reduce((sum, length) => sum + length, 0);
  send(
    { kind: 'answer', call, answer },
    [ids, offsets, rowOffsets, lengths].map(({ buffer }) => buffer as ArrayBuffer),
  );
  collect(tokens * encodingBytesPerToken);
}

async function answerTo(tokenizer: Tokenizer, frame: Frame, message: TokenizeMessage): Promise<TokensMessage> {
  const { texts, prompt, overLong, truncationSide, overlap, lanes } = message;
  const encoded = await encodeAll(tokenizer, prompt, texts, lanes);
  const rows: (readonly (readonly number[])[])[] = [];
  const lengths = new Int32Array(texts.length);
  const failures: TokenFailure[] = [];
  let promptIds: readonly number[] | undefined;
  for (const [index, result] of encoded.entries()) {
    if ('error' in result) {
      rows.push([[padTokenId]]);
      failures.push({ index, code: 'TEXT_INVALID', details: { index, why: reasonOf(result.error) } });
      continue;
    }
    const { ids } = result;
    lengths[index] = ids.length;
    if (ids.length <= maxTokens) {
      rows.push([ids]);
    } else if (overLong === 'truncate') {
      rows.push([truncated(ids, frame, maxTokens, truncationSide)]);
    } else if (overLong === 'error') {
      rows.push([[padTokenId]]);
      failures.push({ index, code: 'TEXT_TOO_LONG', details: { index, tokens: ids.length, maxTokens } });
    } else {
      promptIds ??= prompt === '' ? [] : (await tokenizer.encode(prompt, null, { addSpecialTokens: false })).getIds();
      rows.push(windows(ids, frame, promptIds, maxTokens, overlap));
    }
  }
  return { ...packRows(rows), lengths, failures };
}

/** Ids of a text, or why it has none. */
type Encoded = { readonly ids: number[] } | { readonly error: unknown };

/**
 * Tokenizes texts in as many threads as there are lanes. Each gets all of its texts at once: the way to another thread
 * and back takes longer than a short text.
 */
async function encodeAll(
  tokenizer: Tokenizer,
  prompt: string,
  texts: readonly string[],
  lanes: number,
): Promise<Encoded[]> {
  const size = Math.ceil(texts.length / lanes);
  const parts = Array.from({ length: lanes }, (_, i) => texts.slice(i * size, (i + 1) * size));
  const encoded = parts.filter(({ length }) => length > 0).map((part) => encodePart(tokenizer, prompt, part));
  return (await Promise.all(encoded)).flat();
}

/** What goes wrong with one text goes wrong with all: then they are tokenized one by one. */
async function encodePart(tokenizer: Tokenizer, prompt: string, texts: readonly string[]): Promise<Encoded[]> {
  const inputs = texts.map((text) => asGiven(prompt + text));
  try {
    return (await tokenizer.encodeBatch(inputs)).map((encoding) => ({ ids: orPadding(encoding.getIds()) }));
  } catch {
    const each = inputs.map((input) =>
      tokenizer.encode(input).then(
        (encoding) => ({ ids: orPadding(encoding.getIds()) }),
        (error: unknown) => ({ error }),
      ),
    );
    return Promise.all(each);
  }
}

/** sentence-transformers strips and lower-cases texts before its tokenizer sees them. */
function asGiven(text: string): string {
  const stripped = strip(text);
  return lowerCase ? stripped.toLowerCase() : stripped;
}

/** Ids of a text, special tokens included; one padding token where there would be none. */
function orPadding(ids: number[]): number[] {
  return ids.length > 0 ? ids : [padTokenId];
}

/** Finds the special tokens around a text by tokenizing a word with and without them. */
async function frameOf(tokenizer: Tokenizer): Promise<Frame> {
  const word = (await tokenizer.encode('a', null, { addSpecialTokens: false })).getIds();
  const framed = (await tokenizer.encode('a')).getIds();
  const before = framed.findIndex((_, start) => word.every((id, i) => framed[start + i] === id));
  return before < 0
    ? { before: [], behind: [] }
    : { before: framed.slice(0, before), behind: framed.slice(before + word.length) };
}
