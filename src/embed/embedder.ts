import {
  checkOptions,
  type Location,
  OctavecError,
  pickOptions,
  throwIfCancelled,
  unlessCancelled,
} from '../base/index.js';
import { type Engine, type EngineDescription, loadEngine } from '../engine/index.js';
import { type ModelFiles, type OpenModelOptions, openModelFolder, openModelOptionChecks } from '../model/index.js';
import type { Matrix } from '../numbers/index.js';
import { Admission, closeLoaded } from './admission.js';
import { checkTexts } from './check-texts.js';
import {
  type DecodeOptions,
  decodeOptionChecks,
  type EmbedderOptions,
  type EmbedOptions,
  embedderOptionChecks,
  embedOptionChecks,
  type TextOptions,
  type TokenOptions,
  textOptionChecks,
  tokenOptionChecks,
} from './embed-options.js';
import { checkSource, embedStream, type StreamBatch, type StreamOptions, streamOptionChecks } from './embed-stream.js';
import { encodeTexts, type LoadedModel, tokenizeTexts } from './encode-texts.js';
import { hiddenStates } from './hidden-states.js';
import { modelNotes } from './model-notes.js';
import { resolvePrompt } from './prompt.js';
import { readyLine } from './ready-line.js';
import { TextTokenizer, type TokenizedTexts } from './text-tokenizer.js';
import type { SpelledText } from './tokenizer-protocol.js';
import type { Vectors } from './vectors.js';

/**
 * Turns texts into vectors. Everything heavy happens in other threads; the event loop stays free.
 *
 * @example
 * ```ts
 * const embedder = await Embedder.load('models/all-MiniLM-L6-v2');
 * const vectors = await embedder.embed(['A cat sits on the mat.', 'Ein Hund schläft.']);
 * for (const vector of vectors) console.log(vector); // Float32Array(384)
 * await embedder.close();
 * ```
 */
export class Embedder {
  /** What the model is made of. */
  readonly model: ModelFiles;
  /** Length of a vector. */
  readonly width: number;
  /** Length of the vectors that it gives where a call asks for no other. */
  readonly dimensions: number;
  /** Longest input in tokens, special tokens included. */
  readonly maxTokens: number;
  readonly #loaded: LoadedModel;
  readonly #admission: Admission;
  readonly #defaults: Pick<EmbedOptions, 'dimensions'>;
  #closing: Promise<void> | undefined;

  private constructor(loaded: LoadedModel, admission: Admission, { dimensions }: EmbedderOptions) {
    this.#defaults = dimensions === undefined ? {} : { dimensions };
    this.model = loaded.files;
    this.width = loaded.engine.width;
    this.dimensions = dimensions ?? this.width;
    this.maxTokens = loaded.files.maxTokens;
    this.#loaded = loaded;
    this.#admission = admission;
  }

  /**
   * Loads a model. A folder that has weights and no ONNX file is converted first, into octavec's cache. An embedder that has
   * nothing to do does not keep the process alive.
   *
   * @param model a folder in Hugging Face layout, a single .onnx file (a path or a `file:` URL), or what
   *   {@link openModelFolder} found
   * @throws FILE_NOT_FOUND, MODEL_NOT_FOUND, TOKENIZER_MISSING, TOKENIZER_INVALID, CONFIG_INVALID, ENGINE_LOAD,
   *   ENGINE_RUN, MODEL_OUTPUT, USAGE, CANCELLED
   */
  static async load(model: Location | ModelFiles, options: EmbedderOptions = {}): Promise<Embedder> {
    checkOptions(options, embedderOptionChecks);
    const { signal } = options;
    const admission = new Admission(options);
    throwIfCancelled(signal, 'loading the model');
    const opened = pickOptions(options, openModelOptionChecks);
    const opening = isModelFiles(model) ? asOpened(model, opened) : openOrConvert(model, opened, options);
    const said = await unlessCancelled(opening, signal, 'loading the model');
    refuseScorer(said);
    const [tokenizer, engine] = await Promise.allSettled([TextTokenizer.of(said, signal), engineFor(said, options)]);
    if (tokenizer.status === 'fulfilled' && engine.status === 'fulfilled') {
      const { description, maxTokens = said.maxTokens } = engine.value;
      const files = maxTokens < said.maxTokens ? { ...said, maxTokens } : said;
      options.onReady?.(readyLine(files, description, options.dimensions ?? engine.value.width), description);
      for (const note of modelNotes(files, description)) {
        options.onNote?.(note);
      }
      const { workers, threadsPerWorker } = description;
      const freeThreads = () => (admission.calls > 1 ? 1 : workers * threadsPerWorker);
      const fitting = files === said ? tokenizer.value : await replaced(tokenizer.value, files);
      return new Embedder({ files, tokenizer: fitting, engine: engine.value, freeThreads }, admission, options);
    }
    const loaded = [tokenizer, engine].filter((part) => part.status === 'fulfilled');
    await Promise.all(loaded.map((part) => part.value.close()));
    throw [tokenizer, engine].find((part) => part.status === 'rejected')?.reason;
  }

  /**
   * Loads what a configuration says in `[embedding]`: `file`, else octavec.toml of the working folder over the user's. Options
   * count more than the configuration. If `quantized_model_path` is set, `model` is not loaded at all; without either it is
   * the embedded model.
   *
   * @throws CONFIGURED_FILE, SETTINGS_INVALID, and as {@link load} and `resolveModel`
   * @example
   * ```ts
   * const embedder = await Embedder.fromConfig('config.toml');
   * const vectors = await embedder.embed(['A cat sits on the mat.']);
   * ```
   */
  declare static fromConfig: (file?: Location, options?: EmbedderOptions) => Promise<Embedder>;

  /** Describes the engine that runs the model. */
  get engine(): EngineDescription {
    return this.#loaded.engine.description;
  }

  /**
   * Embeds texts, and returns their vectors in the same order. By default only the beginning of a text longer than
   * `maxTokens` counts, and the result says how many such texts there were. An empty text is embedded as its special
   * tokens.
   *
   * @throws TEXT_INVALID, TEXT_TOO_LONG, VECTOR_NOT_FINITE, PROMPT_UNKNOWN, USAGE, TOKEN_OUT_OF_RANGE, QUEUE_FULL,
   *   ENGINE_RUN, ENGINE_DIED, CANCELLED, CLOSED
   * @example
   * ```ts
   * const vectors = await embedder.embed(['A cat sits on the mat.', 'Ein Hund schläft.']);
   * vectors[0]; // Float32Array(384)
   * ```
   */
  async embed(texts: readonly string[], options: EmbedOptions = {}): Promise<Vectors> {
    checkOptions(options, embedOptionChecks);
    const checked = checkTexts(texts, options.onError);
    return this.#admission.run(checked.texts, () =>
      encodeTexts(this.#loaded, checked, { ...this.#defaults, ...options }),
    );
  }

  /**
   * Embeds a stream of any length, in order and in bounded memory: two windows of about a thousand texts are under way
   * at most, and the source is read no faster than the vectors are taken.
   *
   * @throws as {@link embed}, except QUEUE_FULL; CLOSED when the embedder is closed before the end; and what the source
   *   throws
   * @example
   * ```ts
   * for await (const { items, vectors } of embedder.stream(lines)) await store(items, vectors);
   * ```
   */
  stream<Item = string>(
    source: AsyncIterable<Item> | Iterable<Item>,
    options: StreamOptions<Item> = {},
  ): AsyncGenerator<StreamBatch<Item>, void, undefined> {
    checkOptions(options, streamOptionChecks);
    checkSource(source);
    return embedStream(source, options, async (texts, textOptions) => {
      const checked = checkTexts(texts, textOptions.onError);
      return this.#admission.runUnbounded(checked.texts, () =>
        encodeTexts(this.#loaded, checked, { ...this.#defaults, ...textOptions }),
      );
    });
  }

  /**
   * Tokenizes texts as the engine gets them: prompt and special tokens included, shortened to `maxTokens` or cut into
   * windows.
   *
   * @throws TEXT_INVALID, TEXT_TOO_LONG, PROMPT_UNKNOWN, USAGE, QUEUE_FULL, CANCELLED, CLOSED
   */
  async tokenize(texts: readonly string[], options: TextOptions = {}): Promise<TokenizedTexts> {
    checkOptions(options, textOptionChecks);
    const { texts: sound, failures } = checkTexts(texts, options.onError);
    return this.#admission.run(sound, async () => {
      const tokenized = await tokenizeTexts(this.#loaded, sound, options);
      return { ...tokenized, failures: [...failures, ...tokenized.failures] };
    });
  }

  /**
   * Returns the tokens of texts as people read them, with their positions in the text. Nothing is cut off.
   *
   * @throws TEXT_INVALID, PROMPT_UNKNOWN, USAGE, QUEUE_FULL, CANCELLED, CLOSED
   * @example
   * ```ts
   * const [{ tokens }] = await embedder.tokens(['Embeddings']);
   * tokens.map(({ token }) => token); // ['[CLS]', 'em', '##bed', '##ding', '##s', '[SEP]']
   * ```
   */
  async tokens(texts: readonly string[], options: TokenOptions = {}): Promise<readonly SpelledText[]> {
    checkOptions(options, tokenOptionChecks);
    checkTexts(texts);
    const { addSpecialTokens = true, signal } = options;
    const prompt = resolvePrompt(this.model, options);
    return this.#admission.run(texts, () => this.#loaded.tokenizer.spell({ texts, prompt, addSpecialTokens }, signal));
  }

  /**
   * Returns the texts that token ids stand for.
   *
   * @throws TEXT_INVALID for ids that the vocabulary does not have, CANCELLED, CLOSED
   */
  async decode(ids: readonly (readonly number[])[], options: DecodeOptions = {}): Promise<readonly string[]> {
    checkOptions(options, decodeOptionChecks);
    const { skipSpecialTokens = true, signal } = options;
    return this.#admission.runUnbounded([], () => this.#loaded.tokenizer.decode({ ids, skipSpecialTokens }, signal));
  }

  /**
   * Returns the last hidden state of every token of texts, without pooling: [tokens × hidden width] for each text.
   * Over-long texts are cut, or refused with `overLong: 'error'`.
   *
   * @throws as {@link embed}, and MODEL_OUTPUT for a model that gives pooled vectors only
   */
  async hiddenStates(texts: readonly string[], options: Omit<TextOptions, 'onError'> = {}): Promise<readonly Matrix[]> {
    checkOptions(options, textOptionChecks);
    checkTexts(texts);
    return this.#admission.run(texts, () => hiddenStates(this.#loaded, texts, options));
  }

  /**
   * Waits for the calls that run, then frees everything. A stream, which may have no end, gives the windows that it has
   * begun and then throws CLOSED.
   */
  close(): Promise<void> {
    this.#closing ??= closeLoaded(this.#admission, this.#loaded);
    return this.#closing;
  }

  /** Calls {@link close}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/**
 * Loads the engine of a model. Static models need none of the engines to choose from, and other models nothing of what
 * those need.
 */
async function engineFor(files: ModelFiles, options: EmbedderOptions): Promise<Engine> {
  if (files.staticReading === undefined) {
    return loadEngine(files, options);
  }
  const { tryStaticEngine } = await import('../static/index.js');
  return (await tryStaticEngine(files)) ?? loadEngine(files, options);
}

/**
 * Refuses a model that was opened for its scores.
 *
 * @throws USAGE
 */
function refuseScorer({ task, onnxPath }: ModelFiles): void {
  if (task !== undefined) {
    throw new OctavecError('USAGE', {
      problem: `${onnxPath} was opened to ${task === 'rerank' ? 'score pairs of' : 'classify'} texts, and makes no vectors`,
      hint: task === 'rerank' ? 'Give it to `Reranker.load`.' : 'Serve it: /predict gives its classes.',
    });
  }
}

/** Returns a model that was opened before, and refuses options that would have had to be given then. */
async function asOpened(model: ModelFiles, options: OpenModelOptions): Promise<ModelFiles> {
  const [late] = Object.entries(options).find(([, value]) => value !== undefined) ?? [];
  if (late !== undefined) {
    throw new OctavecError('USAGE', {
      problem: `The option ${late} comes too late for a model that is opened already`,
      hint: 'Give it to openModelFolder.',
    });
  }
  return model;
}

/**
 * Opens a model folder, and converts it first if it has no ONNX file. Most have one, and need nothing of what
 * converting needs.
 */
async function openOrConvert(
  model: Location,
  opening: OpenModelOptions,
  { signal, onNote }: EmbedderOptions,
): Promise<ModelFiles> {
  return openModelFolder(model, opening).catch(async (error: unknown) => {
    const { openConverted } = await import('../convert/index.js');
    return openConverted(error, model, opening, { signal, onNote });
  });
}

/**
 * Replaces the tokenizer by one that cuts where the model's inputs end, which is known only when the model is loaded.
 */
async function replaced(tokenizer: TextTokenizer, files: ModelFiles): Promise<TextTokenizer> {
  await tokenizer.close();
  return TextTokenizer.of(files);
}

/** Says whether a value is what {@link openModelFolder} returns, or something like it. */
function isModelFiles(model: unknown): model is ModelFiles {
  return model !== null && typeof model === 'object' && 'onnxPath' in model && 'tokenizerPath' in model;
}
