import type { Worker } from 'node:worker_threads';
import { OctavecError, reasonOf, throwIfCancelled, unlessCancelled } from '../base/index.js';
import type { TokenBatch } from '../engine/index.js';
import type { ModelFiles } from '../model/index.js';
import { ProcessHold, startThread } from '../threads/index.js';
import { countedFrom } from './counted-from.js';
import type { OnTextError } from './embed-options.js';
import type { OverLong, TruncationSide } from './over-long.js';
import { joinPacks } from './pack-rows.js';
import type {
  DecodeMessage,
  FailedItem,
  FromTokenizer,
  SpelledText,
  SpellMessage,
  TokenizeMessage,
  TokenizerSettings,
  TokensMessage,
} from './tokenizer-protocol.js';
import type { TextFailure } from './vectors.js';

/** Texts as the model takes them: a row of ids for each text, or several for one that is embedded in windows. */
export interface TokenizedTexts extends TokenBatch {
  /** [texts + 1] the rows of text i are `rowOffsets[i]` to before `rowOffsets[i + 1]`. */
  readonly rowOffsets: Int32Array;
  /** [texts] tokens of each text as it was given, special tokens and prompt included. */
  readonly lengths: Int32Array;
  /** Texts without tokens, in their order; only with `onError: 'skip'`. Each has a padding token in its place. */
  readonly failures: readonly TextFailure[];
}

export interface TokenizeOptions {
  readonly onError?: OnTextError;
  /** Stands before every text. */
  readonly prompt: string;
  readonly overLong: OverLong;
  /** `right` by default. */
  readonly truncationSide?: TruncationSide;
  readonly overlap: number;
  /** Threads that may tokenize at the same time; 1 by default. */
  readonly lanes?: number;
  readonly signal?: AbortSignal;
}

/** Texts in one message to the thread: short requests of other callers pass between two of them. */
const textsPerMessage = 128;
const charactersPerMessage = 256 * 1024;

/** What the thread can be asked, but for the number of the call. */
type Question = Omit<TokenizeMessage, 'call'> | Omit<SpellMessage, 'call'> | Omit<DecodeMessage, 'call'>;

interface Waiting {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** A thread that is ready, and what holds the process while somebody waits for it. */
interface Ready {
  readonly thread: Worker;
  readonly hold: ProcessHold;
}

/** A tokenizer in a thread of its own. It does not keep the process alive while it has nothing to do. */
export class TextTokenizer {
  readonly #settings: TokenizerSettings;
  /** Undefined after the thread has died: the next request starts another. */
  #thread: Promise<Ready> | undefined;
  readonly #waiting = new Map<number, Waiting>();
  #calls = 0;
  #closed = false;
  /** Special tokens behind every text. */
  tokensBehind = 0;

  private constructor(settings: TokenizerSettings) {
    this.#settings = settings;
  }

  /**
   * Loads the tokenizer of a model.
   *
   * @throws TOKENIZER_INVALID, ENGINE_DIED, CANCELLED
   */
  static async of(files: ModelFiles, signal?: AbortSignal): Promise<TextTokenizer> {
    const { tokenizerPath: path, lowerCase, tokenizerLowerCase, maxTokens, padTokenId } = files;
    const tokenizer = new TextTokenizer({ path, lowerCase, tokenizerLowerCase, maxTokens, padTokenId });
    tokenizer.#thread = tokenizer.#start();
    await unlessCancelled(tokenizer.#thread, signal, 'loading the tokenizer', () => tokenizer.close());
    return tokenizer;
  }

  /**
   * Token ids of texts.
   *
   * @throws TEXT_INVALID, TEXT_TOO_LONG, CANCELLED, CLOSED, ENGINE_DIED
   */
  async tokenize(texts: readonly string[], options: TokenizeOptions): Promise<TokenizedTexts> {
    const { prompt, overLong, truncationSide = 'right', overlap, lanes = 1, onError = 'fail', signal } = options;
    const how = { kind: 'tokenize', prompt, overLong, truncationSide, overlap, lanes } as const;
    const parts: TokensMessage[] = [];
    const failures: TextFailure[] = [];
    for (let start = 0; start < texts.length; ) {
      throwIfCancelled(signal, 'tokenizing');
      const end = endOfMessage(texts, start);
      const sent = this.#send<TokensMessage>({ ...how, texts: texts.slice(start, end) });
      const part = await unlessCancelled(sent, signal, 'tokenizing');
      for (const { index, code, details } of part.failures) {
        const error = countedFrom(start, new OctavecError(code, details)) as OctavecError;
        if (onError === 'fail') {
          throw error;
        }
        failures.push({ index: start + index, error });
      }
      parts.push(part);
      start = end;
    }
    return { ...joinPacks(parts), failures };
  }

  /**
   * Tokens of texts as people read them.
   *
   * @throws TEXT_INVALID, CANCELLED, CLOSED, ENGINE_DIED
   */
  async spell(question: Omit<SpellMessage, 'call' | 'kind'>, signal?: AbortSignal): Promise<readonly SpelledText[]> {
    return this.#askAll<SpelledText>({ kind: 'spell', ...question }, signal);
  }

  /**
   * The texts that token ids stand for.
   *
   * @throws TEXT_INVALID for ids that the vocabulary does not have, CANCELLED, CLOSED, ENGINE_DIED
   */
  async decode(question: Omit<DecodeMessage, 'call' | 'kind'>, signal?: AbortSignal): Promise<readonly string[]> {
    return this.#askAll<string>({ kind: 'decode', ...question }, signal);
  }

  /** Nobody may be waiting; a text whose caller has gone is brought to its end. */
  async close(): Promise<void> {
    this.#closed = true;
    const ready = await this.#thread?.catch(() => undefined);
    if (ready !== undefined) {
      const { thread, hold } = ready;
      const exited = new Promise((resolve) => thread.once('exit', resolve));
      thread.postMessage('close');
      await hold.while(exited);
    }
  }

  #start(): Promise<Ready> {
    const thread = startThread(new URL('./tokenizer-worker.js', import.meta.url), this.#settings);
    const hold = new ProcessHold(thread);
    const ready = new Promise<Ready>((resolve, reject) => {
      let isDead = false;
      const die = (why: string) => {
        if (isDead) {
          return;
        }
        isDead = true;
        const error = new OctavecError('ENGINE_DIED', { path: this.#settings.path, why });
        reject(error);
        this.#lose(error);
      };
      thread.once('error', (error) => die(reasonOf(error)));
      thread.once('exit', (code) => die(`its thread ended with exit code ${code}`));
      thread.on('message', (message: FromTokenizer) => {
        if (message.kind === 'answer') {
          this.#take(message.call)?.resolve(message.answer);
        } else if (message.kind === 'ready') {
          this.tokensBehind = message.tokensBehind;
          resolve({ thread, hold });
        } else {
          reject(new OctavecError(message.error.code, message.error.details));
        }
      });
    });
    return hold.while(ready);
  }

  async #askAll<Item>(question: Question, signal: AbortSignal | undefined): Promise<readonly Item[]> {
    const answer = await unlessCancelled(this.#send<readonly Item[] | FailedItem>(question), signal, 'tokenizing');
    if ('failed' in answer) {
      throw new OctavecError('TEXT_INVALID', answer.failed);
    }
    return answer;
  }

  async #send<Answer>(message: Question): Promise<Answer> {
    if (this.#closed) {
      throw new OctavecError('CLOSED', { what: 'tokenizer' });
    }
    this.#thread ??= this.#start();
    const { thread, hold } = await this.#thread;
    const call = this.#calls++;
    const answered = new Promise<Answer>((resolve, reject) => {
      this.#waiting.set(call, { resolve: resolve as (answer: unknown) => void, reject });
    });
    thread.postMessage({ ...message, call });
    return hold.while(answered);
  }

  #take(call: number): Waiting | undefined {
    const waiting = this.#waiting.get(call);
    this.#waiting.delete(call);
    return waiting;
  }

  /** The thread is gone: so are the answers of all who wait. The next call starts another. */
  #lose(error: OctavecError): void {
    this.#thread = undefined;
    for (const call of this.#waiting.keys()) {
      this.#take(call)?.reject(error);
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
