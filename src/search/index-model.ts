import { OctavecError } from '../base/index.js';
import { Embedder } from '../embed/index.js';
import { variantOfPath } from '../model/index.js';
import { type Matrix, unitRows } from '../numbers/index.js';
import { folderWith, lastingName, resolveModel } from '../registry/index.js';
import type { IndexedModel } from '../store/index.js';
import { promptFor } from '../tasks/index.js';

/** A model that was found by its name. */
export interface LoadedModel {
  /** The loaded model. */
  readonly embedder: Embedder;
  /** The commit that a name of the hub stands for. */
  readonly revision?: string;
  /** What an index calls the model, if not as it was asked for: a name or path that holds from every folder. */
  readonly name?: string;
}

/** A function that loads the model of an index. */
export type LoadModel = (name: string, variant: string | undefined) => Promise<LoadedModel>;

/** Finds a model by its name or path and loads it. */
export const loadByName: LoadModel = async (name, variant) => {
  const found = await resolveModel(name);
  const embedder = await Embedder.load(folderWith(found, variant), {
    variant: variant === 'fp32' ? undefined : variant,
  });
  return { embedder, revision: found.revision, name: lastingName(found) };
};

/** Sentences of several kinds; what a model makes of them tells it from others. */
const probeTexts = [
  'The committee approved the budget for the new hospital.',
  'How do I reset my password?',
  'Photosynthesis turns light into chemical energy.',
  'for (let i = 0; i < n; i++) sum += values[i];',
];

/** Below this mean cosine, vectors are not those of the same model. 4-bit variants reach .95, other models stay near 0. */
const leastAgreement = 0.9;
/** From here on two models are the same but for rounding. */
const equal = 0.9995;

/** Returns what an index notes of the model that embeds its documents. */
export async function describeModel(
  embedder: Embedder,
  named: Pick<IndexedModel, 'name' | 'beside' | 'revision'>,
  dimensions: number,
): Promise<IndexedModel> {
  const { prompts } = embedder.model;
  const promptOf = (role: 'query' | 'document') => {
    const promptName = promptFor(prompts, '', 'retrieval', role) ?? embedder.model.defaultPrompt;
    return promptName === undefined ? '' : prompts[promptName];
  };
  const probes = await probesOf(embedder, dimensions);
  return {
    ...named,
    variant: variantOf(embedder),
    dimensions,
    documentPrompt: promptOf('document'),
    queryPrompt: promptOf('query'),
    probes: Array.from({ length: probes.rows }, (_, i) =>
      Array.from(probes.data.subarray(i * dimensions, (i + 1) * dimensions), (value) => Number(value.toFixed(5))),
    ),
  };
}

/** Returns the variant of a loaded model, by the name of its file. */
export function variantOf(embedder: Embedder): string | undefined {
  return variantOfPath(embedder.model.onnxPath);
}

/**
 * Compares a model with the one that an index was made with, by what it makes of the same sentences.
 *
 * @returns their mean cosine
 * @throws INDEX_OTHER_MODEL
 */
export async function checkModel(path: string, made: IndexedModel, embedder: Embedder): Promise<number> {
  const refuse = (why: string) => {
    const given = embedder.model.folder ?? embedder.model.onnxPath;
    throw new OctavecError('INDEX_OTHER_MODEL', { path, made: nameOf(made), given, why });
  };
  if (embedder.width < made.dimensions) {
    refuse(`they have ${embedder.width} dimensions, and the index ${made.dimensions}`);
  }
  const probes = await probesOf(embedder, made.dimensions);
  let sum = 0;
  for (const [i, probe] of made.probes.entries()) {
    const given = probes.data.subarray(i * made.dimensions, (i + 1) * made.dimensions);
    // A static model that knows no word of a sentence gives no direction for it.
    const isSilent = probe.every((value) => value === 0) && given.every((value) => value === 0);
    sum += isSilent ? 1 : probe.reduce((dot, value, k) => dot + value * given[k], 0);
  }
  const agreement = sum / made.probes.length;
  if (!(agreement >= leastAgreement)) {
    refuse(`of the same sentences their mean cosine is ${agreement.toFixed(3)}`);
  }
  return agreement;
}

/**
 * Says what a user should know of a variant that queries an index of another; undefined where there is nothing to say.
 */
export function agreementNote(made: IndexedModel, embedder: Embedder, agreement: number): string | undefined {
  return agreement >= equal
    ? undefined
    : `the index was made with ${nameOf(made)} and is asked with ${variantOf(embedder) ?? 'another variant'}; the mean cosine of their vectors is ${agreement.toFixed(4)}`;
}

/**
 * Names a model with its variant: "minilm (int8)".
 *
 * @example
 * ```ts
 * nameOf({ name: 'minilm', variant: 'int8' }); // 'minilm (int8)'
 * ```
 */
export function nameOf({ name, variant }: Pick<IndexedModel, 'name' | 'variant'>): string {
  return variant === undefined ? name : `${name} (${variant})`;
}

async function probesOf(embedder: Embedder, dimensions: number): Promise<Matrix> {
  return unitMatrix(await embedder.embed(probeTexts, { prompt: '', dimensions, reproducible: true }));
}

/** Scales vectors to length 1, so that products are cosines; one without length stays 0. */
export function unitMatrix(vectors: Matrix): Matrix {
  const { data, rows, width } = unitRows(vectors);
  return { data: Float32Array.from(data.subarray(0, rows * width)), rows, columns: width };
}
