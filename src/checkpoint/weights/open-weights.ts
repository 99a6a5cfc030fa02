import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { codeOf, OctavecError, reasonOf } from '../../base/index.js';
import { readSafetensorsHeader, readTorchHeader, type StoredTensor } from '../../files/index.js';
import { readJsonFile } from '../../model/index.js';

/** The weights of a model folder. */
export interface FoundWeights {
  /** The files that the tensors lie in. */
  readonly files: readonly string[];
  readonly tensors: ReadonlyMap<string, StoredTensor>;
}

/** A format of weights: the names of a single file and of an index of shards, and who reads what lies in a file. */
interface WeightFormat {
  readonly name: string;
  readonly single: string;
  readonly index: string;
  readonly shard: RegExp;
  readonly readHeader: (path: string) => Promise<ReadonlyMap<string, StoredTensor>>;
}

/** The first that is there is taken. */
const formats: readonly WeightFormat[] = [
  {
    name: 'safetensors',
    single: 'model.safetensors',
    index: 'model.safetensors.index.json',
    shard: /^[\w-][\w.-]*\.safetensors$/,
    readHeader: readSafetensorsHeader,
  },
  {
    name: 'PyTorch',
    single: 'pytorch_model.bin',
    index: 'pytorch_model.bin.index.json',
    shard: /^[\w-][\w.-]*\.bin$/,
    readHeader: readTorchHeader,
  },
];

const indexSchema = z.object({ weight_map: z.record(z.string(), z.string()) });
const mostShards = 1000;

/** Finds the file that leads to a model's weights: the weights themselves, or the index of their shards. */
export async function weightsName(folder: string): Promise<string> {
  const names = await namesIn(folder);
  return join(folder, nameAmong(names) ?? formats[0].single);
}

/** Tells whether a folder has weights that can be converted. */
export async function hasWeights(folder: string): Promise<boolean> {
  return nameAmong(await namesIn(folder).catch((): string[] => [])) !== undefined;
}

function nameAmong(names: readonly string[]): string | undefined {
  return formats.flatMap(({ single, index }) => [single, index]).find((name) => names.includes(name));
}

/**
 * Finds the weights of a model: a file of safetensors, else one of PyTorch, or shards with their index.
 *
 * @throws WEIGHTS_INVALID, SAFETENSORS_INVALID, FILE_NOT_FOUND, FILE_NOT_READABLE, CONFIG_INVALID
 */
export async function findWeights(folder: string): Promise<FoundWeights> {
  const names = await namesIn(folder);
  if (names.includes('adapter_config.json')) {
    const why =
      'an adapter stands in the folder, which changes the weights; merge it in Python, with `model.merge_and_unload()`';
    throw new OctavecError('WEIGHTS_INVALID', { path: folder, why });
  }
  const name = nameAmong(names);
  const format = formats.find(({ single, index }) => single === name || index === name);
  if (name === undefined || format === undefined) {
    throw new OctavecError('WEIGHTS_INVALID', { path: folder, why: whatElse(names) });
  }
  const path = join(folder, name);
  return name === format.single
    ? { files: [path], tensors: await format.readHeader(path) }
    : shardedWeights(folder, path, format);
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    throw codeOf(error) === 'ENOENT'
      ? new OctavecError('FILE_NOT_FOUND', { path: folder, what: 'Model folder' }, error)
      : new OctavecError('FILE_NOT_READABLE', { path: folder, why: reasonOf(error) }, error);
  }
}

async function shardedWeights(folder: string, path: string, format: WeightFormat): Promise<FoundWeights> {
  const invalid = (why: string) => new OctavecError('WEIGHTS_INVALID', { path, why });
  const index = await readJsonFile(path, indexSchema);
  const map = Object.entries(index?.weight_map ?? {});
  const shards = [...new Set(map.map(([, shard]) => shard))];
  if (shards.length === 0 || shards.length > mostShards) {
    throw invalid(`it names ${shards.length} files`);
  }
  const odd = shards.find((shard) => !format.shard.test(shard));
  if (odd !== undefined) {
    throw invalid(`"${odd}" is not the name of a ${format.name} file in the folder`);
  }
  const headers = new Map<string, ReadonlyMap<string, StoredTensor>>();
  for (const shard of shards) {
    headers.set(shard, await format.readHeader(join(folder, shard)));
  }
  const tensors = new Map<string, StoredTensor>();
  for (const [name, shard] of map) {
    const tensor = headers.get(shard)?.get(name);
    if (tensor === undefined) {
      throw invalid(`tensor "${name}" is not in ${shard}, where it says`);
    }
    tensors.set(name, tensor);
  }
  return { files: shards.map((shard) => join(folder, shard)), tensors };
}

/** Names what a folder holds instead of weights that octavec reads, each with what to do. */
function whatElse(names: readonly string[]): string {
  const kinds: readonly (readonly [RegExp, string])[] = [
    [/\.gguf$/, 'GGUF files are quantized for another run time; take the repository that they were made of'],
    [
      /\.(bin|pt|pth|ckpt)$/,
      'its weights are a checkpoint under another name; save the model with `model.save_pretrained(folder)` in Python',
    ],
    [/\.h5$/, 'it has TensorFlow weights only'],
    [/\.msgpack$/, 'it has Flax weights only'],
  ];
  const found = kinds.find(([pattern]) => names.some((name) => pattern.test(name)));
  return found?.[1] ?? `neither ${formats.map(({ single }) => single).join(' nor ')}, nor an index of shards, is there`;
}
