import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { formatBytes } from '../base/index.js';
import { listOnnxFiles, variantPath } from '../model/index.js';
import type { ResolvedModel } from '../registry/index.js';
import { interruptSignal } from './interrupt.js';
import { printNote } from './print-note.js';
import { progressLine } from './progress-line.js';

/** Flags that say how a model is found. */
export interface NamedModelFlags {
  readonly offline?: boolean;
  readonly config?: string;
}

/**
 * Returns the model of a command's argument: a path, or a name that is fetched on first use. Which folder a name stands
 * for is printed once. A folder with weights and no ONNX file is converted first, into octavec's cache.
 *
 * @throws what `resolveModel` and `convertedCopy` throw
 */
export async function namedModel(name: string, flags: NamedModelFlags = {}): Promise<ResolvedModel> {
  return converted(await storedModel(name, flags));
}

/** Returns the same model as it is stored, whether there is an ONNX file or not. */
export async function storedModel(name: string, { offline, config }: NamedModelFlags = {}): Promise<ResolvedModel> {
  // Most are paths, which need none of what names need.
  if (existsSync(name) && !/^[^./\\~]+\/[^/\\]+$/.test(name)) {
    return { name, source: 'path', original: name, notes: [] };
  }
  const [{ resolveModel }, { readConfiguration }, { configuredHub }] = await Promise.all([
    import('../registry/index.js'),
    import('../config/index.js'),
    import('../configured/index.js'),
  ]);
  const configuration = await readConfiguration({ file: config });
  const settings = await configuredHub(configuration, { offline });
  const line = progressLine();
  let fetched = 0;
  const model = await resolveModel(name, {
    ...configuration.models,
    settings,
    signal: interruptSignal(),
    onProgress: (event) => {
      fetched = event.total ?? 0;
      line.onProgress?.(event);
    },
  }).finally(line.done);
  model.notes.forEach(printNote);
  if (model.source === 'hub') {
    const how = fetched > 0 ? `fetched (${formatBytes(fetched)})` : 'found';
    printNote(`${model.name} ${how} in ${model.original}`);
  }
  return model;
}

/**
 * Returns the converted model. Variants stay with the model: in its own folder, or where those of the hub's models are
 * made.
 */
async function converted(model: ResolvedModel): Promise<ResolvedModel> {
  // Most models are ONNX, and need none of what converting needs.
  const names = await readdir(model.original).catch((): string[] => []);
  if (!names.some((name) => /\.(safetensors|bin)(\.index\.json)?$|^\d+_Transformer$/.test(name))) {
    return model;
  }
  const { convertedCopy } = await import('../convert/index.js');
  const line = progressLine();
  const copy = await convertedCopy(model.original, {
    onProgress: line.onProgress,
    signal: interruptSignal(),
  }).finally(line.done);
  if (copy === undefined) {
    return model;
  }
  if (copy.conversion !== undefined) {
    printNote(`${model.name} has no ONNX file; it was converted from its weights, and is kept in ${copy.folder}`);
  }
  return { ...model, original: copy.folder, variants: model.variants ?? model.original };
}

/** Lists the files of a model that are not originals: those beside it, and those where octavec makes variants of it. */
export async function variantFiles({ original, variants }: ResolvedModel): Promise<string[] | undefined> {
  if (variants === undefined || !existsSync(variants)) {
    return undefined;
  }
  const beside = (await listOnnxFiles(original)).filter((path) => path !== variantPath(original, 'fp32'));
  return [...beside, ...(await listOnnxFiles(variants))];
}
