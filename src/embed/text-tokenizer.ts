import { Worker } from 'node:worker_threads';
import { OctavecError, reasonOf, throwIfCancelled } from '../base/index.js';
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

  /**
   * Loads the tokenizer of a model.
   *
   * @throws TOKENIZER_INVALID, ENGINE_DIED
   */
  static async of({ tokenizerPath: path, lowerCase, maxTokens, padTokenId }: ModelFiles): Promise<TextTokenizer> {
    const tokenizer = new TextTokenizer({ path, lowerCase, maxTokens, padTokenId });
    const message = await tokenizer.#next();
    if (message.kind === 'ready') {
      tokenizer.tokensBehind = message.tokensBehind;
    } else if (message.kind === 'failed') {
      throw new OctavecError(message.error.code, message.error.details);
    }
    return tokenizer;
  }

  /**
   * Token ids of texts.
   *
   * @throws TEXT_INVALID, TEXT_TOO_LONG, CANCELLED, CLOSED, ENGINE_DIED
   */
  async tokenize(texts: readonly string[], options: TokenizeOptions): Promise<TokenizedTexts> {
    const { prompt, overLong, overlap, signal } = options;
    const parts: TokensMessage[] = [];
    for (let start = 0; start < texts.length; ) {
      throwIfCancelled(signal, 'tokenizing');
      const end = endOfMessage(texts, start);
      parts.push(await this.#send({ texts: texts.slice(start, end), prompt, overLong, overlap }, start));
      start = end;
    }
    return joinPacks(parts);
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

  #next(): Promise<FromTokenizer> {
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
