import { OctavecError, throwIfCancelled, unlessCancelled } from '../base/index.js';
import type { TokenBatch } from '../engine/index.js';
import type { ModelFiles } from '../model/index.js';
import { type Answer, type Question, WorkerChannel } from '../threads/index.js';
import { notedFrame, noteFrame } from './bare-texts/noted-frame.js';
import { ShortTexts } from './bare-texts/short-texts.js';
import { countedFrom } from './counted-from.js';
import type { OnTextError } from './embed-options.js';
import type { Frame, OverLong, TruncationSide } from './over-long.js';
import { joinPacks } from './pack-rows.js';
import type {
  IdsToDecode,
  SpelledText,
  TextsToSpell,
  TextsToTokenize,
  TokenizedPart,
  TokenizerSettings,
  Tokenizing,
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
  /** What happens when a text cannot be tokenized; `fail` by default. */
  readonly onError?: OnTextError;
  /** Stands before every text. */
  readonly prompt: string;
  /** Reads every text as the second part of a pair with this. What is too long is cut off the text, never the query. */
  readonly query?: string;
  /** What happens to texts that have more tokens than the model takes. */
  readonly overLong: OverLong;
  /** `right` by default. */
  readonly truncationSide?: TruncationSide;
  /** Tokens that two windows of an over-long text have in common (`chunk`). */
  readonly overlap: number;
  /** Threads that may tokenize at the same time; 1 by default. */
  readonly lanes?: number;
  /** Cancels the call. */
  readonly signal?: AbortSignal;
}

type Asked = Exclude<keyof Tokenizing, 'start'>;

/** Texts in one message to the thread: short requests of other callers pass between two of them. */
const textsPerMessage = 128;
const charactersPerMessage = 256 * 1024;

/** A process that lives for so long will meet a text that this thread cannot read. */
const startAnywayMs = 1000;

/**
 * A tokenizer in a thread of its own. It does not keep the process alive while it has nothing to do. Where it is known that
 * short texts can be read in this thread, the other is started when there is a text for it, or a little later.
 */
export class TextTokenizer {
  readonly #settings: TokenizerSettings;
  /** Undefined after the thread has died: the next request starts another. */
  #thread: Promise<WorkerChannel<Tokenizing>> | undefined;
  #closed = false;
  /** Special tokens behind every text. */
  tokensBehind = 0;
  /** Undefined until a first call has been answered. */
  #short: ShortTexts | undefined;
  #isLearning = false;
  /** Special tokens around short texts, if those can be read here. */
  #shortFrame: Frame | undefined;
  #startLater: NodeJS.Timeout | undefined;

  private constructor(settings: TokenizerSettings) {
    this.#settings = settings;
  }

  /**
   * Loads the tokenizer of a model.
   *
   * @throws TOKENIZER_INVALID, ENGINE_DIED, CANCELLED
   */
  static async of(files: ModelFiles, signal?: AbortSignal): Promise<TextTokenizer> {
    const { tokenizerPath: path, lowerCase, tokenizerLowerCase, maxTokens, padTokenId, staticReading } = files;
    const settings = { path, lowerCase, tokenizerLowerCase, maxTokens, padTokenId, staticReading };
    const tokenizer = new TextTokenizer(settings);
    const loading = tokenizer.#load();
    await unlessCancelled(loading, signal, 'loading the tokenizer', () => tokenizer.close());
    return tokenizer;
  }

  /**
   * Tokenizes texts into ids.
   *
   * @throws TEXT_INVALID, TEXT_TOO_LONG, QUERY_TOO_LONG, CANCELLED, CLOSED, ENGINE_DIED
   */
  async tokenize(texts: readonly string[], options: TokenizeOptions): Promise<TokenizedTexts> {
    const { prompt, query, overLong, truncationSide = 'right', overlap, lanes = 1, onError = 'fail', signal } = options;
    const how = { prompt, query, overLong, truncationSide, overlap, lanes };
    const parts: TokenizedPart[] = [];
    const failures: TextFailure[] = [];
    for (let start = 0; start < texts.length; ) {
      throwIfCancelled(signal, 'tokenizing');
      const end = endOfMessage(texts, start);
      const question = { ...how, texts: start === 0 && end === texts.length ? texts : texts.slice(start, end) };
      const part = this.#readHere(question) ?? (await this.#ask('tokenize', question, signal));
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
   * Returns the tokens of texts as people read them.
   *
   * @throws TEXT_INVALID, CANCELLED, CLOSED, ENGINE_DIED
   */
  async spell(question: TextsToSpell, signal?: AbortSignal): Promise<readonly SpelledText[]> {
    return this.#ask('spell', question, signal);
  }

  /**
   * Returns the texts that token ids stand for.
   *
   * @throws TEXT_INVALID for ids that the vocabulary does not have, CANCELLED, CLOSED, ENGINE_DIED
   */
  async decode(question: IdsToDecode, signal?: AbortSignal): Promise<readonly string[]> {
    return this.#ask('decode', question, signal);
  }

  /** Ends the thread. No caller may be waiting; a text whose caller has gone is finished first. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#startLater);
    const thread = await this.#thread?.catch(() => undefined);
    await thread?.close();
  }

  async #load(): Promise<void> {
    const frame = await notedFrame(this.#settings);
    const short = frame && (await ShortTexts.of(this.#settings, frame).catch(() => undefined));
    if (frame !== undefined && short !== undefined) {
      this.tokensBehind = frame.behind.length;
      this.#short = short;
      this.#isLearning = true;
      this.#startLater = setTimeout(() => this.#startAnyway(), startAnywayMs).unref();
      return;
    }
    await this.#running();
    if (this.#shortFrame !== undefined) {
      await noteFrame(this.#settings, this.#shortFrame);
    }
  }

  #startAnyway(): void {
    if (!this.#closed) {
      // What is wrong is told to the caller who needs it.
      this.#running().catch(() => undefined);
    }
  }

  #running(): Promise<WorkerChannel<Tokenizing>> {
    this.#thread ??= this.#start();
    return this.#thread;
  }

  async #start(): Promise<WorkerChannel<Tokenizing>> {
    const { path } = this.#settings;
    const script = new URL('./tokenizer-worker.js', import.meta.url);
    const thread = new WorkerChannel<Tokenizing>(script, this.#settings, { path });
    thread.onDeath(() => {
      this.#thread = undefined;
    });
    const { frame, readsShortTexts } = await thread.started();
    this.tokensBehind = frame?.behind.length ?? 0;
    this.#shortFrame = readsShortTexts ? frame : undefined;
    return thread;
  }

  /** Tokenizes short texts in this thread, once it has learned to. Loading does not wait for that. */
  #readHere(question: TextsToTokenize): TokenizedPart | undefined {
    if (!this.#isLearning && !this.#closed) {
      this.#isLearning = true;
      setImmediate(() => void this.#learn());
    }
    if (this.#closed || this.#short === undefined) {
      return undefined;
    }
    const read = this.#short.read(question);
    if (read === undefined) {
      void this.#learnCharacters(this.#short, question);
    }
    return read;
  }

  /** Learns the characters of a text, so that the next text with them is read in this thread. */
  async #learnCharacters(short: ShortTexts, question: TextsToTokenize): Promise<void> {
    const unknown = short.unknownCharacters(question);
    if (unknown !== '') {
      // Without an answer such texts go to the thread, as this one does.
      short.learn(await this.#send('characters', unknown).catch(() => []));
    }
  }

  async #learn(): Promise<void> {
    if (this.#shortFrame !== undefined) {
      // Whatever is wrong, the thread says it better.
      this.#short = await ShortTexts.of(this.#settings, this.#shortFrame).catch(() => undefined);
    }
  }

  #ask<Name extends Asked>(
    name: Name,
    question: Question<Tokenizing, Name>,
    signal: AbortSignal | undefined,
  ): Promise<Answer<Tokenizing, Name>> {
    return unlessCancelled(this.#send(name, question), signal, 'tokenizing');
  }

  async #send<Name extends Asked>(name: Name, question: Question<Tokenizing, Name>): Promise<Answer<Tokenizing, Name>> {
    if (this.#closed) {
      throw new OctavecError('CLOSED', { what: 'tokenizer' });
    }
    return (await this.#running()).ask(name, question);
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
