import type { Worker } from 'node:worker_threads';
import { OctavecError, reasonOf, startThread, throwIfCancelled } from '../base/index.js';
import type { TokenBatch } from '../engine/index.js';
import type { ModelFiles } from '../model/index.js';
import type { OverLong } from './over-long.js';
import { joinPacks } from './pack-rows.js';
import type { FromTokenizer, TokenizeMessage, TokenizerSettings, TokensMessage } from './tokenizer-protocol.js';

/** Texts as the model takes them: a row of ids for each text, or several for one that is embedded in windows. */
export interface TokenizedTexts extends TokenBatch {
  /** [texts + 1] the rows of text i are `rowOffsets[i]` to before `rowOffsets[i + 1]`. */
  readonly rowOffsets: Int32Array;
  /** [texts] tokens of each text as it was given, special tokens and prompt included. */
  readonly lengths: Int32Array;
}

export interface TokenizeOptions {
  /** Stands before every text. */
  readonly prompt: string;
  readonly overLong: OverLong;
  readonly overlap: number;
  /** Threads that may tokenize at the same time; 1 by default. */
  readonly lanes?: number;
  readonly signal?: AbortSignal;
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
  readonly #settings: TokenizerSettings;
  /** Undefined after the thread has died: the next request starts another. */
  #thread: Promise<Worker> | undefined;
  /** Callers in the order of their messages. */
  #waiting: Waiting[] = [];
  #closed = false;
  /** Special tokens behind every text. */
  tokensBehind = 0;

  private constructor(settings: TokenizerSettings) {
    this.#settings = settings;
  }

  /**
   * Loads the tokenizer of a model.
   *
   * @throws TOKENIZER_INVALID, ENGINE_DIED
   */
  static async of({ tokenizerPath: path, lowerCase, maxTokens, padTokenId }: ModelFiles): Promise<TextTokenizer> {
    const tokenizer = new TextTokenizer({ path, lowerCase, maxTokens, padTokenId });
    tokenizer.#thread = tokenizer.#start();
    await tokenizer.#thread;
    return tokenizer;
  }

  /**
   * Token ids of texts.
   *
   * @throws TEXT_INVALID, TEXT_TOO_LONG, CANCELLED, CLOSED, ENGINE_DIED
   */
  async tokenize(texts: readonly string[], options: TokenizeOptions): Promise<TokenizedTexts> {
    const { prompt, overLong, overlap, lanes = 1, signal } = options;
    const parts: TokensMessage[] = [];
    for (let start = 0; start < texts.length; ) {
      throwIfCancelled(signal, 'tokenizing');
      const end = endOfMessage(texts, start);
      parts.push(await this.#send({ texts: texts.slice(start, end), prompt, overLong, overlap, lanes }, start));
      start = end;
    }
    return joinPacks(parts);
  }

  /** Nothing may be running. */
  async close(): Promise<void> {
    this.#closed = true;
    const thread = await this.#thread?.catch(() => undefined);
    if (thread !== undefined) {
      thread.ref();
      const exited = new Promise((resolve) => thread.once('exit', resolve));
      thread.postMessage('close');
      await exited;
    }
  }

  async #start(): Promise<Worker> {
    const thread = startThread(new URL('./tokenizer-worker.js', import.meta.url), this.#settings);
    let isDead = false;
    const die = (why: string) => {
      if (isDead) {
        return;
      }
      isDead = true;
      this.#thread = undefined;
      const error = new OctavecError('ENGINE_DIED', { path: this.#settings.path, why });
      for (const { reject } of this.#waiting.splice(0)) {
        reject(error);
      }
    };
    thread.on('error', (error) => die(reasonOf(error)));
    thread.once('exit', (code) => die(`its thread ended with exit code ${code}`));
    thread.on('message', (message: FromTokenizer) => {
      const waiting = this.#waiting.shift();
      if (this.#waiting.length === 0) {
        thread.unref();
      }
      waiting?.resolve(message);
    });
    const message = await this.#answer();
    if (message.kind === 'failed') {
      throw new OctavecError(message.error.code, message.error.details);
    }
    if (message.kind === 'ready') {
      this.tokensBehind = message.tokensBehind;
    }
    return thread;
  }

  async #send(message: TokenizeMessage, firstIndex: number): Promise<TokensMessage> {
    if (this.#closed) {
      throw new OctavecError('CLOSED', { what: 'tokenizer' });
    }
    this.#thread ??= this.#start();
    const thread = await this.#thread;
    thread.ref();
    thread.postMessage(message);
    const answer = await this.#answer();
    if (answer.kind === 'failed') {
      const { code, details } = answer.error;
      throw new OctavecError(code, 'index' in details ? { ...details, index: firstIndex + details.index } : details);
    }
    return answer as TokensMessage;
  }

  #answer(): Promise<FromTokenizer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
    });
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
