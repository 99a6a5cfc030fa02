import { OctavecError, reasonOf, throwIfCancelled, unlessCancelled, version } from '../base/index.js';
import type { Engine, EngineDescription, RunOptions, TokenBatch } from '../engine/index.js';
import type { ModelFiles } from '../model/index.js';
import { loadBinding, type NativeBinding } from '../native/index.js';
import { averageRows } from './average-rows.js';
import { isTable } from './model-graph.js';
import { readTable } from './read-table.js';
import { type StaticTable, tokensOf } from './static-table.js';

/**
 * Makes the engine of a static model, which needs no run time: its table is mapped, and vectors are gathered and
 * averaged.
 *
 * @returns undefined for models that are something else
 * @throws WEIGHTS_INVALID, SAFETENSORS_INVALID, FILE_NOT_FOUND, FILE_NOT_READABLE, and what `readModel` throws
 */
export async function tryStaticEngine(files: ModelFiles): Promise<Engine | undefined> {
  if (files.staticReading === undefined) {
    return undefined;
  }
  const path = files.onnxPath;
  const table = await (isTable(files) ? readTable(path) : tableOfGraph(path));
  return table && new StaticEngine(table, files.head.normalize, path);
}

/** Reads the table of an ONNX file. A table of its own needs nothing of what that needs. */
async function tableOfGraph(path: string): Promise<StaticTable | undefined> {
  const [{ readModel }, { readGraphTable }] = await Promise.all([
    import('../onnx/index.js'),
    import('./read-graph-table.js'),
  ]);
  return readGraphTable(await readModel(path));
}

class StaticEngine implements Engine {
  readonly description: EngineDescription;
  readonly width: number;
  readonly #table: StaticTable;
  readonly #normalize: boolean;
  readonly #path: string;
  readonly #native: NativeBinding | undefined;
  #running: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(table: StaticTable, normalize: boolean, path: string) {
    const loaded = loadBinding();
    this.#native = 'binding' in loaded ? loaded.binding : undefined;
    this.#table = table;
    this.#normalize = normalize;
    this.#path = path;
    this.width = table.columns;
    this.description = {
      name: 'static',
      version: `${version}${this.#native === undefined ? ' (JavaScript)' : ''}`,
      workers: 1,
      threadsPerWorker: 1,
      threadsReason: 'a table needs no more',
      memory: 'shared',
    };
  }

  async embed(batch: TokenBatch, { signal, onDone }: RunOptions = {}): Promise<Float32Array> {
    if (this.#closed) {
      throw new OctavecError('CLOSED', { what: 'engine' });
    }
    throwIfCancelled(signal, 'embedding');
    this.#checkIds(batch.ids);
    const averaging = this.#average(batch);
    this.#running = Promise.allSettled([this.#running, averaging]);
    const vectors = await unlessCancelled(averaging, signal, 'embedding');
    onDone?.(batch.offsets.length - 1, batch.ids.length);
    return vectors;
  }

  async hiddenStates(): Promise<Float32Array> {
    throw new OctavecError('MODEL_OUTPUT', {
      path: this.#path,
      why: 'it is a static model: its tokens have vectors, and no hidden states',
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #average(batch: TokenBatch): Promise<Float32Array> {
    const { data, type, columns, scales, weights, mapping } = this.#table;
    if (this.#native === undefined) {
      return averageRows(this.#table, batch, this.#normalize);
    }
    const out = new Float32Array((batch.offsets.length - 1) * columns);
    const { ids, offsets } = batch;
    const how = [scales, weights, mapping] as const;
    try {
      await this.#native.averageRows(data, type, columns, ...how, ids, offsets, this.#normalize, out);
    } catch (error) {
      throw new OctavecError('ENGINE_RUN', { path: this.#path, why: reasonOf(error) }, error);
    }
    return out;
  }

  #checkIds(ids: Int32Array): void {
    const size = tokensOf(this.#table);
    for (const id of ids) {
      if (id < 0 || id >= size) {
        throw new OctavecError('TOKEN_OUT_OF_RANGE', { path: this.#path, id, size });
      }
    }
  }
}
