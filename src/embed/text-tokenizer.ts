import { Worker } from 'node:worker_threads';
import { OctavecError, reasonOf, throwIfCancelled } from '../base/index.js';
import type { TokenBatch } from '../engine/index.js';
import type { FromTokenizer, TokenizeMessage, TokenizerSettings, TokensMessage } from './tokenizer-protocol.js';

/** Texts as the model takes them. */
export interface TokenizedTexts extends TokenBatch {
  /** [texts] tokens of each text before it was shortened to the model's longest input, special tokens included. */
  readonly lengths: Int32Array;
}

/** Texts in one message to the thread: short requests of other callers pass between two of them. */
const textsPerMessage = 128;
const charactersPerMessage = 256 * 1024;

interface Waiting {
  readonly resolve: (message: FromTokenizer) => void;
  readonly reject: (error: unknown) => void;
}

/** A tokenizer in a thread of its own. It does not keep the process alive while it has nothing to do. */
export class TextTokenizer {
  readonly #worker: Worker;
  readonly #path: string;
  /** Callers in the order of their messages. */
  readonly #waiting: Waiting[] = [];
  #death: OctavecError | undefined;
  /** Special tokens behind every text. */
  tokensBehind = 0;

  private constructor(settings: TokenizerSettings) {
    this.#path = settings.path;
    this.#worker = new Worker(new URL('./tokenizer-worker.js', import.meta.url), { workerData: settings });
    this.#worker.on('message', (message: FromTokenizer) => {
      const waiting = this.#waiting.shift();
      if (this.#waiting.length === 0) {
        this.#worker.unref();
      }
      waiting?.resolve(message);
    });
    this.#worker.on('error', (error) => this.#die(reasonOf(error)));
    this.#worker.once('exit', (code) => this.#die(`it ended with exit code ${code}`));
  }

  /** @throws TOKENIZER_INVALID, ENGINE_DIED */
  static async open(settings: TokenizerSettings): Promise<TextTokenizer> {
    const tokenizer = new TextTokenizer(settings);
    const message = await tokenizer.#next();
    if (message.kind === 'ready') {
      tokenizer.tokensBehind = message.tokensBehind;
    }
    return tokenizer;
  }

  /**
   * Token ids of texts, each behind the prompt.
   *
   * @throws TEXT_INVALID, CANCELLED, CLOSED, ENGINE_DIED
   */
  async tokenize(texts: readonly string[], prompt: string, signal?: AbortSignal): Promise<TokenizedTexts> {
    const parts: TokensMessage[] = [];
    for (let start = 0; start < texts.length; ) {
      throwIfCancelled(signal, 'tokenizing');
      const end = endOfMessage(texts, start);
      parts.push(await this.#send({ texts: texts.slice(start, end), prompt }, start));
      start = end;
    }
    return parts.length === 1 ? parts[0] : joined(parts);
  }

  async close(): Promise<void> {
    this.#death ??= new OctavecError('CLOSED', { what: 'tokenizer' });
    this.#worker.ref();
    const exited = new Promise((resolve) => this.#worker.once('exit', resolve));
    this.#worker.postMessage('close');
    await exited;
  }

  async #send(message: TokenizeMessage, firstIndex: number): Promise<TokensMessage> {
    if (this.#death !== undefined) {
      throw this.#death;
    }
    this.#worker.ref();
    this.#worker.postMessage(message);
    const answer = await this.#next();
    if (answer.kind === 'failed') {
      const { code, details } = answer.error;
      throw new OctavecError(code, 'index' in details ? { ...details, index: firstIndex + details.index } : details);
    }
    return answer as TokensMessage;
  }

  async #next(): Promise<FromTokenizer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
    });
  }

  #die(why: string): void {
    this.#death ??= new OctavecError('ENGINE_DIED', { path: this.#path, why });
    for (const { reject } of this.#waiting.splice(0)) {
      reject(this.#death);
    }
  }
}

function endOfMessage(texts: readonly string[], start: number): number {
  let characters = 0;
  let end = start;
  while (end < texts.length && end - start < textsPerMessage && characters < charactersPerMessage) {
    characters += texts[end].length;
    end++;
  }
  return end;
}

function joined(parts: readonly TokensMessage[]): TokenizedTexts {
  const texts = parts.reduce((sum, { lengths }) => sum + lengths.length, 0);
  const ids = new Int32Array(parts.reduce((sum, part) => sum + part.ids.length, 0));
  const offsets = new Int32Array(texts + 1);
  const lengths = new Int32Array(texts);
  let text = 0;
  let token = 0;
  for (const part of parts) {
    ids.set(part.ids, token);
    lengths.set(part.lengths, text);
    for (let i = 1; i < part.offsets.length; i++) {
      offsets[text + i] = token + part.offsets[i];
    }
    text += part.lengths.length;
    token += part.ids.length;
  }
  return { ids, offsets, lengths };
}
