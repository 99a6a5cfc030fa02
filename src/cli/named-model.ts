import { existsSync } from 'node:fs';
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
 * The model of a command's argument: a path, or a name that is fetched on first use. Which folder a name stands for is
 * said once.
 *
 * @throws what `resolveModel` throws
 */
export async function namedModel(name: string, { offline, config }: NamedModelFlags = {}): Promise<ResolvedModel> {
  // Most are paths, which need none of what names need.
  if (existsSync(name) && !/^[^./\\~]+\/[^/\\]+$/.test(name)) {
    return { name, source: 'path', original: name, notes: [] };
  }
  const [{ resolveModel }, { readConfiguration }] = await Promise.all([
    import('../registry/index.js'),
    import('../config/index.js'),
  ]);
  const { models } = await readConfiguration({ file: config });
  const line = progressLine();
  let fetched = 0;
  const model = await resolveModel(name, {
    offline,
    aliases: models?.aliases,
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

/** The files of a model that are no original: beside it, and where octavec makes variants of it. */
export async function variantFiles({ original, variants }: ResolvedModel): Promise<string[] | undefined> {
  if (variants === undefined || !existsSync(variants)) {
    return undefined;
  }
  const beside = (await listOnnxFiles(original)).filter((path) => path !== variantPath(original, 'fp32'));
  return [...beside, ...(await listOnnxFiles(variants))];
}
