import { cp, mkdir, readFile, rename, rmdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { checkOptions, checkText, type Location, OctavecError, oneOf, pathOf } from '../base/index.js';
import { Embedder } from '../embed/index.js';
import { asOutputError, checkVacant, openStaging } from '../files/index.js';
import { configurationFiles, type Head, type ModelFiles, openModelFolder, variantOfPath } from '../model/index.js';
import { cosine } from '../numbers/index.js';
import { readModel, writeModel } from '../onnx/index.js';
import { withNamedHiddenStates } from './name-output.js';
import { type ExportTarget, exportTargets, targetFacts, transformersJsType } from './targets.js';
import { usageOf } from './usage.js';

/** For which program a model is exported, and where to. */
export interface ExportOptions {
  /** The program that is to load the folder. */
  readonly for: ExportTarget;
  /** A folder that is not there yet, or empty. */
  readonly output: Location;
  /** Which file of the model; the highest precision by default. */
  readonly variant?: string;
}

/** What was exported, and where to. */
export interface ExportedModel {
  /** The program that it is for. */
  readonly target: ExportTarget;
  /** The folder that was written. */
  readonly folder: string;
  /** The ONNX file in it. */
  readonly file: string;
  /** Lowest cosine of vectors from the exported folder to those of the source, both run by octavec. */
  readonly cosine: number;
  /** How the program loads it. */
  readonly usage: string;
}

/** Vectors that are the same but for rounding have a higher cosine. */
const leastCosine = 0.9999;

/** Texts that the exported folder is tried with. */
const trialTexts = [
  'A cat sits on the mat.',
  'Ein Hund schläft.',
  'x',
  'How do I measure retrieval quality? '.repeat(20),
];

/**
 * Writes the folder that a program loads: its names of files, and the configuration in the form that it reads. The folder is
 * tried with octavec itself before it gets its name; the program is not run.
 *
 * @throws OUTPUT_NOT_WRITABLE where the output is there already, MODEL_OUTPUT where it gives other vectors, MODEL_UNSUPPORTED for what the program cannot do, and as
 *   `openModelFolder` and `Embedder.load`
 * @example
 * ```ts
 * const { usage } = await exportModel('./model', { for: 'transformers.js', variant: 'int8', output: './exported' });
 * console.log(usage);
 * ```
 */
export async function exportModel(model: Location, options: ExportOptions): Promise<ExportedModel> {
  checkOptions(options, { for: oneOf(exportTargets), output: () => undefined, variant: checkText });
  const target = options.for;
  const output = resolve(pathOf('output', options.output));
  await checkVacant(output);
  const files = await openModelFolder(model, { variant: options.variant });
  refuseForeign(target, files);
  const variant = variantOfPath(files.onnxPath);
  const file = targetFacts[target].file(variant);
  const staging = await openStaging(output);
  try {
    const folder = join(staging.folder, 'model');
    await mkdir(join(folder, file, '..'), { recursive: true });
    await copyConfiguration(files, folder);
    const { width, hidden } = await shapeOf(files);
    if (hidden === undefined && !targetFacts[target].dense) {
      refuse(files, `a model that gives vectors itself, without hidden states, in ${target}`);
    }
    const model = await readModel(files.onnxPath);
    await writeModel(hidden === undefined ? model : withNamedHiddenStates(model, hidden), join(folder, file));
    await writeConventions(target, files, folder, { width, variant });
    const least = await tryFolder(files, join(folder, file));
    await rmdir(output).catch(() => undefined);
    await rename(folder, output);
    return { target, folder: output, file, cosine: least, usage: usageOf(target, output, files, { variant, width }) };
  } catch (error) {
    throw asOutputError(error, output);
  } finally {
    await staging.discard();
  }
}

function refuseForeign(target: ExportTarget, files: ModelFiles): void {
  const { pooling, dense } = targetFacts[target];
  const { folder, head } = files;
  if (folder === undefined) {
    refuse(files, 'a single file without its folder', 'Give the model folder: tokenizer and configuration go along.');
  }
  if (head.dense.length > 0 && !dense) {
    refuse(files, `a model with dense layers in ${target}`);
  }
  if (pooling !== undefined && (head.pooling.length > 1 || !pooling.includes(head.pooling[0]))) {
    refuse(files, `${head.pooling.join(' and ')} pooling in ${target}`);
  }
}

function refuse({ onnxPath }: ModelFiles, what: string, hint = 'Export it for sentence-transformers.'): never {
  throw new OctavecError('MODEL_UNSUPPORTED', { path: onnxPath, what, hint });
}

async function copyConfiguration({ folder, tokenizerPath }: ModelFiles, to: string): Promise<void> {
  for (const path of await configurationFiles(folder as string)) {
    await cp(join(folder as string, path), join(to, path), { dereference: true });
  }
  await cp(tokenizerPath, join(to, 'tokenizer.json'), { dereference: true });
}

async function writeConventions(
  target: ExportTarget,
  { head, maxTokens }: ModelFiles,
  folder: string,
  { width, variant }: { readonly width: number; readonly variant?: string },
): Promise<void> {
  const write = (name: string, value: unknown) => writeFile(join(folder, name), `${JSON.stringify(value, null, 2)}\n`);
  const merge = async (name: string, more: object) => {
    const before = await readFile(join(folder, name), 'utf8').then(JSON.parse, () => ({}));
    await write(name, { ...before, ...more });
  };
  if (target === 'transformers.js') {
    await merge('config.json', { 'transformers.js_config': { dtype: transformersJsType(variant)[1] } });
  }
  // What is cut where is said in one place by each of these programs.
  await merge('tokenizer_config.json', { model_max_length: maxTokens });
  await merge('sentence_bert_config.json', { max_seq_length: maxTokens });
  if (head.dense.length > 0) {
    return;
  }
  await mkdir(join(folder, '1_Pooling'), { recursive: true });
  await write('1_Pooling/config.json', poolingConfiguration(head, width));
  await write('modules.json', [
    { idx: 0, name: '0', path: '', type: 'sentence_transformers.models.Transformer' },
    { idx: 1, name: '1', path: '1_Pooling', type: 'sentence_transformers.models.Pooling' },
    ...(head.normalize
      ? [{ idx: 2, name: '2', path: '2_Normalize', type: 'sentence_transformers.models.Normalize' }]
      : []),
  ]);
}

/** Returns the pooling configuration in its old form, which every program reads. */
function poolingConfiguration({ pooling, includePrompt }: Head, width: number): object {
  const has = (mode: Head['pooling'][number]) => pooling.includes(mode);
  return {
    word_embedding_dimension: width,
    pooling_mode_cls_token: has('cls'),
    pooling_mode_mean_tokens: has('mean'),
    pooling_mode_max_tokens: has('max'),
    pooling_mode_mean_sqrt_len_tokens: has('mean_sqrt_len_tokens'),
    pooling_mode_weightedmean_tokens: has('weightedmean'),
    pooling_mode_lasttoken: has('lasttoken'),
    include_prompt: includePrompt,
  };
}

/** What the other programs run models with. */
const engine = 'onnxruntime';

/** Returns the dimensions of the vectors, and the output that holds hidden states, if the model is run by that one. */
async function shapeOf(files: ModelFiles): Promise<{ readonly width: number; readonly hidden?: string }> {
  await using embedder = await Embedder.load(files, { workers: 1, engine });
  const { output } = embedder.engine;
  return { width: embedder.width, hidden: output?.gives === 'hidden states' ? output.name : undefined };
}

/** Returns the lowest cosine between vectors of the source and of the exported folder. */
async function tryFolder(source: ModelFiles, onnxPath: string): Promise<number> {
  await using before = await Embedder.load(source, { workers: 1, engine });
  await using after = await Embedder.load(onnxPath, { workers: 1, engine });
  const [wanted, given] = [await before.embed(trialTexts), await after.embed(trialTexts)];
  const least = Math.min(...trialTexts.map((_, i) => cosine(wanted[i], given[i])));
  if (!(least > leastCosine)) {
    const why = `its vectors differ from those of ${source.onnxPath} (cosine ${least.toFixed(6)})`;
    throw new OctavecError('MODEL_OUTPUT', { path: onnxPath, why, hint: 'Nothing was exported.' });
  }
  return least;
}
