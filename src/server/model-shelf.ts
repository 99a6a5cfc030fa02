import { Embedder } from '../embed/index.js';
import { Problem } from '../http/index.js';
import type { Classifier } from '../rerank/index.js';
import type { ServerOptions } from './options.js';
import { type LoadedModel, ServedModel } from './served-model.js';

type Work<Result, Model = Embedder> = (model: Model, raw: () => Promise<Embedder>) => Promise<Result>;
type ShelfOptions = Pick<ServerOptions, 'models' | 'embedder' | 'memoryBudget' | 'unloadAfter' | 'anyModelName'>;

/** How often it is looked for models that nobody uses. */
const lookMs = 1000;

/**
 * The models that the server offers, by name. Within the memory budget a model that is asked for takes the place of the
 * one that was used least recently; a model in use stays.
 */
export class ModelShelf {
  readonly models: readonly ServedModel[];
  /** Whether the first model has been loaded, or could not be. Until then requests are told to come back. */
  hasStarted = false;
  readonly #options: ShelfOptions;
  readonly #timer: NodeJS.Timeout | undefined;
  /** Loading is done one after the other, so that the budget is counted right. */
  #making: Promise<unknown> = Promise.resolve();

  constructor(options: ShelfOptions) {
    this.#options = options;
    this.models = options.models.map((model) => new ServedModel(model, options.embedder));
    if (options.unloadAfter !== undefined) {
      this.#timer = setInterval(() => void this.#unloadIdle(), lookMs).unref();
    }
  }

  /** Returns the model that serves requests without a model's name. */
  get first(): ServedModel {
    return this.models[0];
  }

  /**
   * Returns the model of a name or alias; the first one without a name.
   *
   * @throws Problem `unknown_model`
   */
  find(name: string | undefined): ServedModel {
    const found =
      name === undefined
        ? this.first
        : this.models.find((model) => isCalled(model, name) || isCalled(model, untagged(name)));
    if (found !== undefined) {
      return found;
    }
    if (this.#options.anyModelName && this.models.length === 1) {
      return this.first;
    }
    const names = this.models.flatMap((model) => [model.name, ...model.aliases]).join(', ');
    throw new Problem('unknown_model', `The model '${name}' does not exist. Served here: ${names}`, 'model');
  }

  /**
   * Returns the model that ranks texts, of a name or alias; the first such one without a name.
   *
   * @throws Problem `unknown_model`
   */
  async findReranker(name?: string): Promise<ServedModel> {
    if (name !== undefined) {
      return this.find(name);
    }
    for (const model of this.models) {
      if ((await model.describe()).task === 'rerank') {
        return model;
      }
    }
    return this.first;
  }

  /** Returns the first model that tells classes apart; where there is none, the first that ranks texts, or the first. */
  async findClassifier(): Promise<ServedModel> {
    for (const model of this.models) {
      if ((await model.describe()).task === 'classify') {
        return model;
      }
    }
    return this.findReranker();
  }

  /** Loads the first model. */
  async start(): Promise<void> {
    try {
      await this.#makeRoomFor(this.first);
    } finally {
      this.hasStarted = true;
    }
  }

  /**
   * Does something with a model that gives vectors. It is loaded first where that is needed.
   *
   * @throws Problem `loading`; `unsupported` for a model that gives scores
   */
  use<Result>(model: ServedModel, work: Work<Result>): Promise<Result> {
    return this.#use(model, (loaded, raw) => {
      if (!(loaded instanceof Embedder)) {
        throw new Problem('unsupported', 'Model is not an embedding model');
      }
      return work(loaded, raw);
    });
  }

  /**
   * Does something with a model that gives scores. It is loaded first where that is needed.
   *
   * @throws Problem `loading`; `unsupported` for a model that gives vectors
   */
  useClassifier<Result>(model: ServedModel, work: (classifier: Classifier) => Promise<Result>): Promise<Result> {
    return this.#use(model, (loaded) => {
      if (loaded instanceof Embedder) {
        throw new Problem('unsupported', 'Model is not a classifier model');
      }
      return work(loaded);
    });
  }

  async reload(): Promise<void> {
    for (const model of this.models) {
      await model.reload();
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.models.map((model) => model.unload()));
  }

  #use<Result>(model: ServedModel, work: Work<Result, LoadedModel>): Promise<Result> {
    return this.hasStarted && model.isLoaded ? model.use(work) : this.#useLoading(model, work);
  }

  async #useLoading<Result>(model: ServedModel, work: Work<Result, LoadedModel>): Promise<Result> {
    if (!this.hasStarted) {
      throw new Problem('loading', `the model ${this.first.name} is being loaded`);
    }
    const making = this.#making.then(() => this.#makeRoomFor(model));
    this.#making = making.catch(() => undefined);
    await making;
    return model.use(work);
  }

  async #makeRoomFor(model: ServedModel): Promise<void> {
    const { memoryBudget } = this.#options;
    if (model.isLoaded) {
      return;
    }
    if (memoryBudget !== undefined) {
      const needed = await model.bytes();
      if (needed > memoryBudget) {
        throw new Problem('loading', `the model ${model.name} takes ${needed} bytes, and ${memoryBudget} are granted`);
      }
      for (;;) {
        const loaded = this.models.filter(({ isLoaded }) => isLoaded);
        const sizes = await Promise.all(loaded.map((one) => one.bytes()));
        if (sizes.reduce((sum, bytes) => sum + bytes, needed) <= memoryBudget) {
          break;
        }
        const idle = loaded.filter(({ users }) => users === 0).sort((a, b) => a.lastUsed - b.lastUsed);
        if (idle.length === 0) {
          throw new Problem('loading', `there is no room for the model ${model.name} while the others are in use`);
        }
        await idle[0].unload();
      }
    }
    // Loaded here, so that the next one who asks for room counts it.
    await model.use(async () => undefined);
  }

  async #unloadIdle(): Promise<void> {
    const before = performance.now() - 1000 * (this.#options.unloadAfter as number);
    for (const model of this.models) {
      if (model.isLoaded && model.users === 0 && model.lastUsed < before) {
        await model.unload();
      }
    }
  }
}

function isCalled({ name, aliases }: ServedModel, asked: string): boolean {
  return name === asked || aliases.includes(asked);
}

/** Removes the tag that Ollama's clients send: "all-minilm:latest". */
function untagged(name: string): string {
  return name.replace(/:latest$/, '');
}
