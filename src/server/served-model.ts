import { OctavecError } from '../base/index.js';
import { Embedder } from '../embed/index.js';
import type { EngineDescription } from '../engine/index.js';
import { type ModelFiles, weightBytes } from '../model/index.js';
import { Classifier, type RerankerOptions } from '../rerank/index.js';
import type { ServedModelOptions, ServerOptions } from './options.js';

/** Memory that a loaded model takes besides its weights: tokenizer, threads, buffers. */
const baseBytes = 40 * 2 ** 20;

/** What gives vectors of texts, or scores. */
export type LoadedModel = Embedder | Classifier;

/** A model in memory, and who uses it. */
interface Loaded {
  readonly model: LoadedModel;
  /** The same model without normalizing, loaded when a request asks for raw vectors of a model that normalizes. */
  raw?: Promise<Embedder>;
  readonly bytes: number;
  users: number;
  /** Replaced or unloaded: closed when the last user is done. */
  isRetired: boolean;
}

/**
 * One model that the server offers: loaded on first use, replaced or unloaded without losing a request. Who uses it holds
 * on to what was loaded at that time.
 */
export class ServedModel {
  readonly name: string;
  readonly aliases: readonly string[];
  /** What the model itself is called. */
  readonly id: string;
  readonly revision: string | undefined;
  /** Where it was found, once that is known. */
  files: ModelFiles | undefined;
  lastUsed = 0;
  readonly #options: ServedModelOptions;
  readonly #embedderOptions: ServerOptions['embedder'];
  #loading: Promise<Loaded> | undefined;
  #loaded: Loaded | undefined;
  #reloading: Promise<void> = Promise.resolve();

  constructor(options: ServedModelOptions, embedderOptions: ServerOptions['embedder']) {
    this.name = options.name;
    this.aliases = options.aliases ?? [];
    this.id = options.id ?? options.name;
    this.revision = options.revision;
    this.#options = options;
    this.#embedderOptions = embedderOptions;
  }

  get isLoaded(): boolean {
    return this.#loaded !== undefined;
  }

  /** Requests that use it now. */
  get users(): number {
    return this.#loaded?.users ?? 0;
  }

  /** Returns what the loaded model runs on; undefined while it is not loaded. */
  get engine(): EngineDescription | undefined {
    return this.#loaded?.model.engine;
  }

  /** Returns the length of a vector; undefined while the model is not loaded, and for one that gives scores. */
  get width(): number | undefined {
    const model = this.#loaded?.model;
    return model instanceof Embedder ? model.width : undefined;
  }

  /** Returns what the model consists of, without loading it. */
  async describe(): Promise<ModelFiles> {
    this.files ??= await this.#options.open();
    return this.files;
  }

  /** Estimates the bytes that the model takes, or will take when it is loaded. */
  async bytes(): Promise<number> {
    const { onnxPath } = await this.describe();
    return this.#loaded?.bytes ?? baseBytes + (await weightBytes(onnxPath));
  }

  /**
   * Loads the model if it is not there, and does something with it. It is not closed before that is done.
   *
   * @throws what opening and loading the model throws, and what the work throws
   */
  async use<Result>(work: (model: LoadedModel, raw: () => Promise<Embedder>) => Promise<Result>): Promise<Result> {
    const loaded = this.#loaded ?? (await this.#load());
    loaded.users++;
    this.lastUsed = performance.now();
    try {
      return await work(loaded.model, () => this.#rawOf(loaded));
    } finally {
      loaded.users--;
      this.lastUsed = performance.now();
      if (loaded.isRetired && loaded.users === 0) {
        await close(loaded);
      }
    }
  }

  /** Loads the model anew beside the old one, and lets the old one go when nobody uses it any more; one after the other. */
  reload(): Promise<void> {
    const reloading = this.#reloading.then(() => this.#replace());
    this.#reloading = reloading.catch(() => undefined);
    return reloading;
  }

  async #replace(): Promise<void> {
    if (this.#loaded === undefined && this.#loading === undefined) {
      this.files = undefined;
      return;
    }
    const old = this.#loaded ?? (await this.#loading);
    const files = await this.#options.open();
    this.#loaded = await this.#open(files);
    this.files = files;
    await retire(old);
  }

  /** Frees the memory, as soon as nobody uses it; that of a model which is just being loaded anew, too. */
  async unload(): Promise<void> {
    await this.#reloading;
    const loaded = this.#loaded ?? (await this.#loading?.catch(() => undefined));
    this.#loaded = undefined;
    this.#loading = undefined;
    await retire(loaded);
  }

  #load(): Promise<Loaded> {
    this.#loading ??= (async () => {
      try {
        this.#loaded = await this.#open(await this.describe());
        return this.#loaded;
      } finally {
        this.#loading = undefined;
      }
    })();
    return this.#loading;
  }

  async #open(files: ModelFiles): Promise<Loaded> {
    const [model, weights] = await Promise.all([
      files.task === undefined
        ? Embedder.load(files, this.#embedderOptions)
        : Classifier.load(files, this.#engineOptions),
      weightBytes(files.onnxPath),
    ]);
    return { model, bytes: baseBytes + weights, users: 0, isRetired: false };
  }

  /** Returns the options that apply to classifiers, too: those of vectors do not. */
  get #engineOptions(): RerankerOptions {
    const { engine, workers, threads, memory, isolation, batchTokens } = this.#embedderOptions ?? {};
    return { engine, workers, threads, memory, isolation, batchTokens };
  }

  #rawOf(loaded: Loaded): Promise<Embedder> {
    const embedder = loaded.model as Embedder;
    const { model } = embedder;
    if (!model.head.normalize) {
      return Promise.resolve(embedder);
    }
    if (loaded.isRetired) {
      return Promise.reject(new OctavecError('CLOSED', { what: 'model' }));
    }
    const files = { ...model, head: { ...model.head, normalize: false } };
    loaded.raw ??= Embedder.load(files, this.#embedderOptions).catch((error: unknown) => {
      // Whoever asks next tries again.
      loaded.raw = undefined;
      throw error;
    });
    return loaded.raw;
  }
}

async function retire(loaded: Loaded | undefined): Promise<void> {
  if (loaded !== undefined) {
    loaded.isRetired = true;
    if (loaded.users === 0) {
      await close(loaded);
    }
  }
}

async function close({ model, raw }: Loaded): Promise<void> {
  const closeRaw = raw?.then(
    (one) => one.close(),
    // What was never loaded needs no closing.
    () => undefined,
  );
  await Promise.all([model.close(), closeRaw]);
}
