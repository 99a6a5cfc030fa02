import { parentPort, workerData } from 'node:worker_threads';
import { type Encoding, Tokenizer } from 'tokenizers';
import { reasonOf } from '../base/index.js';
import type { FromTokenizer, TokenizeMessage, TokenizerSettings } from './tokenizer-protocol.js';

/** The thread that holds the tokenizer: loading one with a large vocabulary takes a second, and ids come as arrays. */

if (parentPort === null) {
  throw new Error('tokenizer-worker.js runs in a worker thread only');
}
const port = parentPort;
const { path, lowerCase, maxTokens, padTokenId } = workerData as TokenizerSettings;

function send(message: FromTokenizer, transfer: ArrayBuffer[] = []): void {
  port.postMessage(message, transfer);
}

/** Special tokens that the tokenizer puts before and behind every text. */
interface Frame {
  readonly before: readonly number[];
  readonly behind: readonly number[];
}

try {
  const tokenizer = Tokenizer.fromFile(path);
  // What tokenizer.json says of padding and cutting is for other uses of it.
  tokenizer.disablePadding();
  tokenizer.disableTruncation();
  const frame = await frameOf(tokenizer);
  let last = Promise.resolve();
  port.on('message', (message: TokenizeMessage | 'close') => {
    if (message === 'close') {
      port.close();
      return;
    }
    last = last.then(() => answer(tokenizer, frame, message));
  });
  send({ kind: 'ready', tokensBehind: frame.behind.length });
} catch (error) {
  send({ kind: 'failed', error: { code: 'TOKENIZER_INVALID', details: { path, why: reasonOf(error) } } });
  port.close();
}

async function answer(tokenizer: Tokenizer, frame: Frame, { texts, prompt }: TokenizeMessage): Promise<void> {
  const kept: number[][] = [];
  const lengths = new Int32Array(texts.length);
  for (let i = 0; i < texts.length; i++) {
    try {
      const ids = await encode(tokenizer, prompt + texts[i]);
      lengths[i] = ids.length;
      kept.push(shortened(ids, frame));
    } catch (error) {
      send({ kind: 'failed', error: { code: 'TEXT_INVALID', details: { index: i, why: reasonOf(error) } } });
      return;
    }
  }
  const offsets = new Int32Array(texts.length + 1);
  kept.forEach((ids, i) => {
    offsets[i + 1] = offsets[i] + ids.length;
  });
  const ids = new Int32Array(offsets[texts.length]);
  kept.forEach((textIds, i) => {
    ids.set(textIds, offsets[i]);
  });
  send({ kind: 'tokens', ids, offsets, lengths }, [ids.buffer, offsets.buffer, lengths.buffer]);
}

/** Ids of a text, special tokens included; one padding token where there would be none. */
async function encode(tokenizer: Tokenizer, text: string): Promise<number[]> {
  // sentence-transformers strips and lower-cases texts before its tokenizer sees them.
  const stripped = text.trim();
  const encoding: Encoding = await tokenizer.encode(lowerCase ? stripped.toLowerCase() : stripped);
  const ids = encoding.getIds();
  return ids.length > 0 ? ids : [padTokenId];
}

/** The longest allowed beginning of a text, its special tokens kept. */
function shortened(ids: number[], { before, behind }: Frame): number[] {
  return ids.length <= maxTokens
    ? ids
    : [...ids.slice(0, Math.max(maxTokens - behind.length, before.length)), ...behind].slice(0, maxTokens);
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
