import { join } from 'node:path';
import { OctavecError } from '../base/index.js';
import type { Head } from './head.js';
import { readJsonFile } from './json-file.js';
import { countUpTo, fields, flag, maybe, type Shape, text } from './json-shapes.js';
import { type Module, readModules } from './read-modules.js';

/**
 * How a static model (a vector a token, whose mean is the text's vector) reads texts. Neither adds special tokens.
 *
 * - `model2vec`: unknown tokens are left out, and a text counts with its first `maxTokens` tokens
 * - `sentence-transformers`: its StaticEmbedding knows neither
 */
export type StaticReading = 'model2vec' | 'sentence-transformers';

/** A folder in the layout of model2vec, or of sentence-transformers' StaticEmbedding. */
export interface StaticFolder {
  readonly reading: StaticReading;
  /** model.safetensors with the table. */
  readonly tablePath: string;
  readonly tokenizerPath: string;
  readonly head: Head;
  /** The file that says how vectors are made. */
  readonly saidBy: string;
  /** The most tokens that count. */
  readonly maxTokens: number;
}

/** Checks a maximum length: null stands for no limit, undefined for the default one. */
const maxLength: Shape<number | null | undefined> = (it) =>
  it === null ? null : maybe(countUpTo(Number.MAX_SAFE_INTEGER))(it);

const modelConfig = fields({ model_type: maybe(text), normalize: maybe(flag), max_length: maxLength });

/** What model2vec writes as `seq_length`: no limit in practice. */
const unlimited = 1_000_000;
const usualLimit = 512;

/**
 * Returns what a folder is made of if it holds a static model, or undefined.
 *
 * @throws CONFIG_INVALID, MODEL_UNSUPPORTED, FILE_NOT_READABLE
 */
export async function staticFolder(folder: string): Promise<StaticFolder | undefined> {
  const config = await readJsonFile(join(folder, 'config.json'), modelConfig);
  if (config?.model_type === 'model2vec') {
    const maxTokens = config.max_length === undefined ? usualLimit : (config.max_length ?? unlimited);
    return staticParts(folder, 'model2vec', config.normalize ?? false, 'config.json', maxTokens);
  }
  const modules = await readModules(folder);
  const [first, ...others] = modules ?? [];
  if (first?.kind !== 'StaticEmbedding') {
    return undefined;
  }
  refuseOthers(folder, others);
  return staticParts(first.folder, 'sentence-transformers', others.length > 0, 'modules.json', unlimited);
}

function refuseOthers(folder: string, others: readonly Module[]): void {
  const other = others.find(({ kind }) => kind !== 'Normalize');
  if (other !== undefined) {
    throw new OctavecError('MODEL_UNSUPPORTED', {
      path: folder,
      what: `the module "${other.type}" behind a StaticEmbedding`,
      hint: 'octavec runs a StaticEmbedding alone, or with Normalize behind it.',
    });
  }
}

function staticParts(
  folder: string,
  reading: StaticReading,
  normalize: boolean,
  saidBy: string,
  maxTokens: number,
): StaticFolder {
  return {
    reading,
    tablePath: join(folder, 'model.safetensors'),
    tokenizerPath: join(folder, 'tokenizer.json'),
    head: { pooling: ['mean'], includePrompt: true, dense: [], normalize },
    saidBy,
    maxTokens,
  };
}
