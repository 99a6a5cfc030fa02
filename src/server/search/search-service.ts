import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { OctavecError } from '../../base/index.js';
import { Problem } from '../../http/index.js';
import type { Index, SearchMode } from '../../search/index.js';

/** An index that the server offers. It stays open when the server is closed. */
export interface ServedIndexOptions {
  /** How clients ask for it. */
  readonly name: string;
  /** The open index. */
  readonly index: Index;
}

const seconds = Array.from({ length: 16 }, (_, i) => 0.001 * 2 ** i);

/** The indexes of a server by their names, and what is counted of them. */
export class SearchService {
  readonly indexes: readonly ServedIndexOptions[];
  readonly isWritable: boolean;
  readonly #searches: Histogram;
  readonly #written: Counter;

  constructor(indexes: readonly ServedIndexOptions[], isWritable: boolean, registry: Registry) {
    this.indexes = indexes;
    this.isWritable = isWritable;
    const registers = [registry];
    this.#searches = new Histogram({
      name: 'octavec_search_duration',
      help: 'Seconds of a search, its question embedded',
      labelNames: ['index', 'mode'],
      buckets: seconds,
      registers,
    });
    this.#written = new Counter({
      name: 'octavec_documents_written',
      help: 'Documents that were added, replaced or removed',
      labelNames: ['index'],
      registers,
    });
    new Gauge({
      name: 'octavec_index_documents',
      help: 'Documents of an index',
      labelNames: ['index'],
      registers,
      async collect() {
        for (const { name, index } of indexes) {
          this.set({ index: name }, (await index.facts()).documents);
        }
      },
    });
  }

  /**
   * Finds the index of a name; the first one without a name.
   *
   * @throws Problem `unknown_index`
   */
  find(name: string | undefined): ServedIndexOptions {
    const found = name === undefined ? this.indexes[0] : this.indexes.find((one) => one.name === name);
    if (found === undefined) {
      const names = this.indexes.map((one) => one.name).join(', ');
      throw new Problem('unknown_index', `The index '${name}' does not exist. Served here: ${names}`, 'index');
    }
    return found;
  }

  /** Asks every index that has documents once, so that its model is loaded, or what is wrong with it is said. */
  async warm(): Promise<void> {
    for (const { index } of this.indexes) {
      if ((await index.manifest()) !== undefined) {
        await index.search('ready?', { top: 1, mode: 'vector' });
      }
    }
  }

  searched(index: string, mode: SearchMode, ms: number): void {
    this.#searches.observe({ index, mode }, ms / 1000);
  }

  wrote(index: string, documents: number): void {
    this.#written.inc({ index }, documents);
  }
}

/** Restates an index's error for clients, without the paths of this machine that octavec's own messages name. */
export function inIndexWords(error: unknown, name: string): unknown {
  const { code } = error instanceof OctavecError ? error : { code: undefined };
  if (code === 'INDEX_NOT_FOUND') {
    return new Problem('unknown_index', `The index '${name}' holds nothing yet`, 'index');
  }
  if (code === 'OUTPUT_BUSY') {
    return new Problem('conflict', `Another process changes the index '${name}'`, 'index');
  }
  if (code === 'INDEX_OTHER_MODEL') {
    return new Problem('conflict', `The server's model is not the one that the index '${name}' was made with`, 'index');
  }
  return error;
}
