import { existsSync } from 'node:fs';
import { stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { OctavecError } from '../base/index.js';
import { type Evidence, evidencePath, failuresAsText, readEvidence } from '../evaluate/index.js';
import { fileHash } from '../files/index.js';
import {
  dimensionsOf,
  listOnnxFiles,
  modelName,
  type NameTemplate,
  nameFields,
  openModelFolder,
  ownFields,
  variantOfPath,
  weightBytes,
} from '../model/index.js';
import { recommend } from '../pipeline/index.js';
import type { ResolvedModel } from '../registry/index.js';
import type { AppModel } from './app-config.js';
import type { Place } from './place.js';
import type { FileToPush } from './push-files.js';

/** A model as it goes to a device. */
export interface PlannedPush {
  readonly model: AppModel;
  readonly files: readonly FileToPush[];
  /** What the user should know. */
  readonly notes: readonly string[];
}

export interface PlanPushOptions {
  /** Where the files go on the device. */
  readonly place: Place;
  /** How files are named on the device. */
  readonly template: NameTemplate;
  /** Which variant; what is recommended for a phone by default. */
  readonly variant?: string;
  /** A folder for files that are made for the device. */
  readonly staging: string;
}

/**
 * Plans what goes to a device: one variant of a model, its tokenizer, its evidence, and a file that says how it is
 * used, all with names by the template.
 *
 * @throws USAGE where several variants fit and none is recommended, GATE_REFUSED for one that its gate refused, and as
 *   `openModelFolder`
 */
export async function planPush(found: ResolvedModel, options: PlanPushOptions): Promise<PlannedPush> {
  const { place, template, staging } = options;
  const onnxPath = await chosenFile(found, options.variant, template);
  const evidence = await readEvidence(evidencePath(onnxPath)).catch(() => undefined);
  if (evidence?.verdict?.passed === false) {
    throw new OctavecError('GATE_REFUSED', { path: onnxPath, failures: failuresAsText(evidence.verdict) });
  }
  if ((await weightBytes(onnxPath)) > 1.01 * (await stat(onnxPath)).size) {
    const hint = 'Make a variant below 2 GB with "octavec quantize".';
    throw new OctavecError('MODEL_UNSUPPORTED', {
      path: onnxPath,
      what: 'pushing weights outside of the model file',
      hint,
    });
  }
  const files = await openModelFolder(
    onnxPath,
    found.original === onnxPath ? {} : { like: await openModelFolder(found.original) },
  );
  const own = ownFields(onnxPath, template);
  const variant = own?.precision ?? variantOfPath(onnxPath) ?? 'fp32';
  const dimensions = evidence?.fidelity.width ?? (await dimensionsOf(files.folder ?? found.original));
  if (dimensions === undefined) {
    throw new OctavecError('MODEL_UNSUPPORTED', {
      ...{ path: onnxPath, what: 'pushing a model whose configuration does not say its dimensions' },
      hint: 'Prove it first: "octavec quantize" or "octavec verify".',
    });
  }
  const { family, version } = own ?? nameFields(nameOf(found));
  const precision = variant === 'fp32' ? undefined : variant;
  const name = template.write({ family, version, dimensions, precision });
  const stem = name.replace(/\.onnx$/, '');
  const { head, maxTokens, prompts } = files;
  const model: AppModel = {
    ...{ id: stem, path: `${place.folder}/${name}`, tokenizer: `${place.folder}/${stem}.tokenizer.json` },
    ...{ isQuantized: !['fp32', 'fp16'].includes(variant), quantizationType: precision ?? null },
    ...{ dimensions, maxTokens, pooling: head.pooling.join('+'), normalize: head.normalize, prompts },
    sha256: await fileHash(onnxPath),
    version: version ?? null,
  };
  const description = join(staging, `${stem}.json`);
  await writeFile(description, `${JSON.stringify(model, null, 2)}\n`);
  return {
    model,
    files: [
      // The model last: an app that finds it finds what it needs beside it.
      { source: files.tokenizerPath, name: `${stem}.tokenizer.json` },
      { source: description, name: `${stem}.json` },
      ...(evidence === undefined ? [] : [{ source: evidencePath(onnxPath), name: `${stem}.evidence.json` }]),
      { source: onnxPath, name },
    ],
    notes: [
      ...(evidence === undefined ? [`${onnxPath} is not proven: it has no evidence`] : []),
      ...(head.dense.length > 0 ? [`${name} has dense layers behind the pooling, which the app must apply`] : []),
    ],
  };
}

/** Names a model: "all-MiniLM-L6-v2" from the hub's name, or from the folder. */
function nameOf({ name, source, original }: ResolvedModel): string {
  return source === 'embedded'
    ? 'all-MiniLM-L6-v2'
    : source === 'hub'
      ? (name.split('/').at(-1) as string)
      : modelName(resolve(original));
}

/** Chooses the file that is pushed: the one of the variant that is named, the only one, or what is recommended for a phone. */
async function chosenFile(
  { original, variants }: ResolvedModel,
  variant: string | undefined,
  template: NameTemplate,
): Promise<string> {
  if (original.endsWith('.onnx')) {
    return original;
  }
  const folders = [original, variants].filter((folder) => folder !== undefined).filter((folder) => existsSync(folder));
  const lists = await Promise.all(folders.map((folder) => listOnnxFiles(resolve(folder))));
  const paths = [...new Set(lists.flat())];
  const chosen =
    variant === undefined ? (soleOf(paths) ?? (await recommendedFile(paths))) : fileOfVariant(paths, variant, template);
  if (chosen === undefined) {
    const known = paths.map((one) => variantOfPath(one) ?? one).join(', ') || 'none';
    throw new OctavecError('USAGE', {
      problem:
        variant === undefined ? `It is not said which variant of ${original}` : `${original} has no variant ${variant}`,
      hint: `There are: ${known}. Name one with --variant, or make one with "octavec quantize".`,
    });
  }
  return chosen;
}

function soleOf(paths: readonly string[]): string | undefined {
  return paths.length === 1 ? paths[0] : undefined;
}

function fileOfVariant(paths: readonly string[], variant: string, template: NameTemplate): string | undefined {
  const fitting = paths.filter((path) => (ownFields(path, template)?.precision ?? variantOfPath(path)) === variant);
  // One that has its name by the template already, of several.
  return soleOf(fitting) ?? soleOf(fitting.filter((path) => ownFields(path, template) !== undefined));
}

/** Returns the file that is recommended for a phone, of those that are proven. */
async function recommendedFile(paths: readonly string[]): Promise<string | undefined> {
  const proven = new Map<string, Evidence>();
  for (const path of paths) {
    const evidence = await readEvidence(evidencePath(path)).catch(() => undefined);
    if (evidence !== undefined) {
      proven.set(path, evidence);
    }
  }
  if (proven.size === 0) {
    return undefined;
  }
  const best = recommend([...proven.values()]).find(({ use }) => use === 'phone')?.variant;
  return [...proven].findLast(([, { file }]) => file.name === best)?.[0];
}
