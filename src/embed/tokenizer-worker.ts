import { parentPort, workerData } from 'node:worker_threads';
import { Tokenizer } from 'tokenizers';
import { reasonOf } from '../base/index.js';
import { type Frame, truncated, windows } from './over-long.js';
import { packRows } from './pack-rows.js';
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

try {
  const tokenizer = Tokenizer.fromFile(path);
  // What tokenizer.json says of padding and cutting is for other uses of it.
  tokenizer.disablePadding();
  tokenizer.disableTruncation();
  const frame = await frameOf(tokenizer);
  // One after the other, in the order of the calls: a thread that is busy with one text is enough.
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

async function answer(tokenizer: Tokenizer, frame: Frame, message: TokenizeMessage): Promise<void> {
  const { texts, prompt, overLong, overlap } = message;
  const rows: (readonly (readonly number[])[])[] = [];
  const lengths = new Int32Array(texts.length);
  let promptIds: readonly number[] | undefined;
  for (let index = 0; index < texts.length; index++) {
    try {
      const ids = await encode(tokenizer, prompt + texts[index]);
      lengths[index] = ids.length;
      if (ids.length <= maxTokens) {
        rows.push([ids]);
      } else if (overLong === 'truncate') {
        rows.push([truncated(ids, frame, maxTokens)]);
      } else if (overLong === 'error') {
        const details = { index, tokens: ids.length, maxTokens };
        send({ kind: 'failed', error: { code: 'TEXT_TOO_LONG', details } });
        return;
      } else {
        promptIds ??= prompt === '' ? [] : (await tokenizer.encode(prompt, null, { addSpecialTokens: false })).getIds();
        rows.push(windows(ids, frame, promptIds, maxTokens, overlap));
      }
    } catch (error) {
      send({ kind: 'failed', error: { code: 'TEXT_INVALID', details: { index, why: reasonOf(error) } } });
      return;
    }
  }
  const packed = packRows(rows);
  const transfer = [packed.ids.buffer, packed.offsets.buffer, packed.rowOffsets.buffer, lengths.buffer];
  send({ kind: 'tokens', ...packed, lengths }, transfer as ArrayBuffer[]);
}

/** Ids of a text, special tokens included; one padding token where there would be none. */
async function encode(tokenizer: Tokenizer, text: string): Promise<number[]> {
  // sentence-transformers strips and lower-cases texts before its tokenizer sees them.
  const stripped = text.trim();
  const encoding = await tokenizer.encode(lowerCase ? stripped.toLowerCase() : stripped);
  const ids = encoding.getIds();
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
