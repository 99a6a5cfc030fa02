import { isAbsolute } from 'node:path';
import { OctavecError } from '../base/index.js';
import { Embedder } from '../embed/index.js';
import type { IndexedModel, IndexManifest } from '../store/index.js';
import {
  agreementNote,
  checkModel,
  describeModel,
  type LoadedModel,
  loadByName,
  nameOf,
  unitMatrix,
  variantOf,
} from './index-model.js';
import type { IndexOptions } from './index-options.js';
import { lastingPath, presentPath } from './lasting-path.js';

const embeddedModel = 'minilm';

/** The model of an index, loaded once it is needed, and compared with the one that the index was made with. */
export class HeldModel {
  readonly #path: string;
  readonly #folder: string | undefined;
  readonly #options: IndexOptions;
  #loaded: Promise<LoadedModel> | undefined;
  #checked: Promise<void> | undefined;

  /**
   * @param path of the index, as it may be shown
   * @param folder of the index, where it is in one
   */
  constructor(path: string, options: IndexOptions, folder: string | undefined) {
    this.#path = path;
    this.#folder = folder;
    this.#options = options;
  }

  /** Returns what a new index notes of the model. */
  async describe(dimensions: number | undefined): Promise<IndexedModel> {
    const { model = embeddedModel, variant } = this.#options;
    const { embedder, revision, name } = await this.#load(model, variant);
    return describeModel(embedder, { ...this.#named(model, name), revision }, dimensions ?? embedder.dimensions);
  }

  /**
   * Returns the embedder for queries.
   *
   * @throws INDEX_OTHER_MODEL, and what loading throws
   */
  async asked({ model }: IndexManifest): Promise<Embedder> {
    const variant = this.#options.variant ?? model.variant;
    const { embedder } = await (this.#options.model === undefined
      ? this.#loadOwn(model, variant)
      : this.#load(this.#options.model, variant));
    this.#checked ??= checkModel(this.#path, model, embedder).then((agreement) => {
      const note = agreementNote(model, embedder, agreement);
      if (note !== undefined) {
        this.#options.onNote?.(note);
      }
    });
    // What failed is tried again.
    this.#checked.catch(() => {
      this.#checked = undefined;
    });
    await this.#checked;
    return embedder;
  }

  /**
   * Returns the embedder for documents: of the same variant as those that are there.
   *
   * @throws INDEX_OTHER_MODEL, and what loading throws
   */
  async embedding(manifest: IndexManifest): Promise<Embedder> {
    const embedder = await this.asked(manifest);
    const [made, given] = [manifest.model.variant, variantOf(embedder)];
    if (made !== given) {
      throw new OctavecError('INDEX_OTHER_MODEL', {
        path: this.#path,
        made: nameOf(manifest.model),
        given: nameOf({ name: manifest.model.name, variant: given }),
        why: 'documents of one index are embedded by one variant',
      });
    }
    return embedder;
  }

  /** Loads the model that the index names, and says what to do where that is not found. */
  async #loadOwn(model: IndexedModel, variant: string | undefined): Promise<LoadedModel> {
    const { id, name } = pinned(presentPath({ path: model.name, beside: model.beside }, this.#folder), model.revision);
    try {
      return await this.#load(name, variant);
    } catch (error) {
      throw error instanceof OctavecError ? this.#withWayOut(error, name, id) : error;
    }
  }

  #withWayOut(error: OctavecError, name: string, id: string | undefined): OctavecError {
    const { code } = error;
    // Not where the model is there and a file of it is missing, or where an alias leads nowhere.
    if (code === 'FILE_NOT_FOUND' && (error as OctavecError<'FILE_NOT_FOUND'>).details.path === name) {
      const hint = 'Say where the model is now (`model`).';
      return new OctavecError(code, { path: name, what: `The model of ${this.#path}`, hint }, error);
    }
    if (id === undefined) {
      return error;
    }
    const made = `${this.#path} was made with that commit, and \`model: ${id}\` asks with the one of today`;
    if (code === 'HUB_NOT_FOUND') {
      const { why, ...rest } = (error as OctavecError<'HUB_NOT_FOUND'>).details;
      return new OctavecError(code, { ...rest, why: `${why} (${made})` }, error);
    }
    if (code === 'HUB_OFFLINE') {
      const { what, ...rest } = (error as OctavecError<'HUB_OFFLINE'>).details;
      return new OctavecError(code, { ...rest, what: `${what} (${made})` }, error);
    }
    return error;
  }

  /** Names a model so that it is found again from every folder. */
  #named(model: string | Embedder, lasting: string | undefined): Pick<IndexedModel, 'name' | 'beside'> {
    if (typeof model === 'string' && (lasting === undefined || !isAbsolute(lasting))) {
      return { name: lasting ?? model };
    }
    const path = typeof model === 'string' ? (lasting as string) : (model.model.folder ?? model.model.onnxPath);
    const { path: name, ...beside } = lastingPath(path, this.#folder);
    return { name, ...beside };
  }

  /** Embeds a query: [dimensions] at length 1. */
  async embedQuery(manifest: IndexManifest, query: string, signal?: AbortSignal): Promise<Float32Array> {
    const embedder = await this.asked(manifest);
    const { queryPrompt: prompt, dimensions } = manifest.model;
    return unitMatrix(await embedder.embed([query], { prompt, dimensions, signal })).data;
  }

  /** Closes a model that was loaded here. */
  async close(): Promise<void> {
    if (!(this.#options.model instanceof Embedder)) {
      const loaded = await this.#loaded?.catch(() => undefined);
      await loaded?.embedder.close();
    }
  }

  #load(model: string | Embedder, variant: string | undefined): Promise<LoadedModel> {
    const { loadModel = loadByName } = this.#options;
    this.#loaded ??= model instanceof Embedder ? Promise.resolve({ embedder: model }) : loadModel(model, variant);
    // What failed is tried again.
    this.#loaded.catch(() => {
      this.#loaded = undefined;
    });
    return this.#loaded;
  }
}

/** Names the commit of the hub that an index was made with: what a branch leads to may have other weights tomorrow. */
function pinned(name: string, revision: string | undefined): { readonly name: string; readonly id?: string } {
  const [, id] = /^(?:hf:(?:\/\/)?)?([^/@\s:]+\/[^/@\s:]+)(?:@\S+)?$/.exec(name) ?? [];
  return id === undefined || revision === undefined ? { name } : { name: `${id}@${revision}`, id };
}
