import { OctavecError, type TaskOptions } from '../base/index.js';
import { type Engine, type EngineDescription, type EngineOptions, loadOnnxRuntimeEngine } from '../engine/index.js';
import { type ModelFiles, type OpenModelOptions, openModelFolder } from '../model/index.js';
import { type PromptOptions, promptTokens, resolvePrompt } from './prompt.js';
import { TextTokenizer, type TokenizedTexts } from './text-tokenizer.js';
import { Vectors } from './vectors.js';

export interface EmbedderOptions extends OpenModelOptions, EngineOptions {}

export interface EmbedOptions extends PromptOptions, TaskOptions {}

/**
 * Texts that are tokenized and handed to the engine together: many enough to find texts of the same length, few enough
 * that memory stays bounded.
 */
const textsPerWindow = 4096;

/**
 * Turns texts into vectors. Everything heavy happens in other threads; the event loop stays free.
 *
 * @example
 * ```ts
 * await using embedder = await Embedder.load('models/all-MiniLM-L6-v2');
 * const vectors = await embedder.embed(['A cat sits on the mat.', 'Ein Hund schläft.']);
 * for (const vector of vectors) console.log(vector); // Float32Array(384)
 * ```
 */
export class Embedder {
  /** What the model is made of. */
  readonly model: ModelFiles;
  /** Length of a vector. */
  readonly width: number;
  /** Longest input in tokens, special tokens included. */
  readonly maxTokens: number;
  readonly #engine: Engine;
  readonly #tokenizer: TextTokenizer;

  private constructor(model: ModelFiles, engine: Engine, tokenizer: TextTokenizer) {
    this.model = model;
    this.width = engine.width;
    this.maxTokens = model.maxTokens;
    this.#engine = engine;
    this.#tokenizer = tokenizer;
  }

  /**
   * Loads a model.
   *
   * @param model a folder in Hugging Face layout, a single .onnx file, or what {@link openModelFolder} found
   * @throws FILE_NOT_FOUND, MODEL_NOT_FOUND, TOKENIZER_MISSING, TOKENIZER_INVALID, CONFIG_INVALID, ENGINE_LOAD,
   *   ENGINE_RUN, MODEL_OUTPUT
   */
  static async load(model: string | ModelFiles, options: EmbedderOptions = {}): Promise<Embedder> {
    const files = typeof model === 'string' ? await openModelFolder(model, options) : model;
    const { tokenizerPath: path, lowerCase, maxTokens, padTokenId } = files;
    const tokenizer = await TextTokenizer.open({ path, lowerCase, maxTokens, padTokenId });
    try {
      return new Embedder(files, await loadOnnxRuntimeEngine(files, options), tokenizer);
    } catch (error) {
      await tokenizer.close();
      throw error;
    }
  }

  get engine(): EngineDescription {
    return this.#engine.description;
  }

  /**
   * The vectors of texts, in their order. A text longer than `maxTokens` counts with its beginning only, and the
   * result says how many such texts there were. An empty text is embedded as its special tokens.
   *
   * @throws TEXT_INVALID, PROMPT_UNKNOWN, TOKEN_OUT_OF_RANGE, ENGINE_RUN, ENGINE_DIED, CANCELLED, CLOSED
   */
  async embed(texts: readonly string[], options: EmbedOptions = {}): Promise<Vectors> {
    checkTexts(texts);
    const { signal, onProgress } = options;
    const prompt = resolvePrompt(this.model, options);
    const unpooledTokens = this.model.head.includePrompt ? 0 : await promptTokens(this.#tokenizer, prompt);
    const data = new Float32Array(texts.length * this.width);
    const lengths = new Int32Array(texts.length);
    let done = 0;
    const onDone = (count: number) => {
      done += count;
      onProgress?.({ stage: 'Embedding', done, total: texts.length, unit: 'texts' });
    };
    const embedWindow = async (start: number, tokens: TokenizedTexts) => {
      lengths.set(tokens.lengths, start);
      data.set(await this.#engine.embed(tokens, { signal, unpooledTokens, onDone }), start * this.width);
    };
    // While the engine is at one window, the next is tokenized.
    let running: Promise<void> | undefined;
    for (let start = 0; start < texts.length; start += textsPerWindow) {
      const window = texts.slice(start, start + textsPerWindow);
      const [tokens] = await Promise.all([this.#tokenizer.tokenize(window, prompt, signal), running]);
      running = embedWindow(start, tokens);
      // An error is seen when the window is awaited; until then it is not "unhandled".
      running.catch(() => undefined);
    }
    await running;
    return new Vectors(data, this.width, lengths, this.maxTokens);
  }

  /**
   * Token ids of texts as the engine gets them: prompt and special tokens included, shortened to `maxTokens`.
   *
   * @throws TEXT_INVALID, PROMPT_UNKNOWN, CLOSED
   */
  async tokenize(texts: readonly string[], options: PromptOptions = {}): Promise<TokenizedTexts> {
    checkTexts(texts);
    return this.#tokenizer.tokenize(texts, resolvePrompt(this.model, options));
  }

  /** Waits for what runs, then frees everything. */
  async close(): Promise<void> {
    await Promise.all([this.#engine.close(), this.#tokenizer.close()]);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function checkTexts(texts: readonly string[]): void {
  const index = texts.findIndex((text) => typeof text !== 'string');
  if (index >= 0) {
    throw new OctavecError('TEXT_INVALID', { index, why: `it is ${typeof texts[index]}, not a string` });
  }
}
