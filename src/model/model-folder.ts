import { stat } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { asReadError, checkOptions, type Location, maybePathOf, OctavecError, pathOf } from '../base/index.js';
import { exists } from '../files/index.js';
import { overriddenHead, overriddenLimit } from './apply-overrides.js';
import { findOnnxFile } from './find-onnx-file.js';
import { defaultHead } from './head.js';
import { readInputLimits, readModelConfig } from './input-limits.js';
import { readJsonFile } from './json-file.js';
import { fields, mapOf, maybe, text } from './json-shapes.js';
import { modelFacts } from './model-facts.js';
import type { ModelFiles, OpenModelOptions } from './model-files.js';
import { openModelOptionChecks } from './open-model-options.js';
import { refuseOtherFormat } from './other-formats.js';
import { type FoundHead, findHead } from './read-head.js';
import { readModules, transformerFolder } from './read-modules.js';
import { readTokenizerCase } from './read-tokenizer-case.js';
import { readTruncationSide } from './read-truncation-side.js';
import { recogniseModel } from './recognise-model.js';
import { type StaticFolder, staticFolder } from './static-folder.js';

const sentenceTransformersConfig = fields({
  prompts: maybe(mapOf(text)),
  default_prompt_name: maybe(text),
  model_type: maybe(text),
});

/**
 * Finds out what a model folder in Hugging Face / sentence-transformers layout, or a single .onnx file, is made of.
 * Nothing is loaded yet. A folder that says nothing of pooling gets what is known of the model, or else the mean over all
 * tokens, scaled to length 1; `headSource` says which. A single file takes the rest from its own folder, from the parent
 * of an `onnx/` folder, or from `like`.
 *
 * @throws USAGE, FILE_NOT_FOUND, MODEL_NOT_FOUND, OTHER_FORMAT, TOKENIZER_MISSING, CONFIG_INVALID, MODEL_UNSUPPORTED,
 *   FILE_NOT_READABLE; NOT_ONNX where a tokenizer is missing because there is no model either
 * @example
 * ```ts
 * const { onnxPath, maxTokens, prompts } = await openModelFolder('./bge-small-en-v1.5', { variant: 'int8' });
 * ```
 */
export async function openModelFolder(model: Location, options: OpenModelOptions = {}): Promise<ModelFiles> {
  checkOptions(options, openModelOptionChecks);
  const path = pathOf('model', model);
  const full = resolve(path);
  const isFolder = await folderOrFile(full);
  const folder = isFolder ? full : await folderAround(full);
  const table = folder === undefined ? undefined : await staticFolder(folder);
  if (!isFolder && table?.tablePath !== full) {
    await refuseOtherFormat(full);
  }
  const onnxPath = isFolder ? await fileToRun(full, options.variant, table) : full;
  const tokenizer =
    options.tokenizer === undefined ? undefined : await namedTokenizer(pathOf('tokenizer', options.tokenizer));
  const { like } = options;
  if (folder === undefined) {
    if (like === undefined && tokenizer === undefined) {
      return refuseWithoutTokenizer(path, onnxPath);
    }
    return like === undefined
      ? await describe(dirname(tokenizer as string), onnxPath, tokenizer as string, options)
      : { ...like, folder: undefined, onnxPath, tokenizerPath: tokenizer ?? like.tokenizerPath };
  }
  if (table !== undefined) {
    return { ...(await describeStatic(folder, onnxPath, table, options, tokenizer)), folder };
  }
  const tokenizerPath = tokenizer ?? (await ownTokenizer(folder)) ?? like?.tokenizerPath;
  if (tokenizerPath === undefined) {
    return refuseWithoutTokenizer(path, onnxPath);
  }
  return { ...(await describe(folder, onnxPath, tokenizerPath, options)), folder };
}

/**
 * Refuses a model without a tokenizer. A web page saved under the name of a model is refused as what it is: a tokenizer
 * is not what it lacks.
 */
async function refuseWithoutTokenizer(path: string, onnxPath: string): Promise<never> {
  const { readModel } = await import('../onnx/index.js');
  await readModel(onnxPath);
  throw new OctavecError('TOKENIZER_MISSING', { path });
}

/** Returns the file to run. The table of a static model is the original; any ONNX files beside it were made from it. */
async function fileToRun(
  folder: string,
  variant: string | undefined,
  table: StaticFolder | undefined,
): Promise<string> {
  const isAsked = table !== undefined && (variant === undefined || variant === 'fp32');
  return isAsked && (await exists(table.tablePath)) ? table.tablePath : findOnnxFile(folder, variant);
}

async function describeStatic(
  folder: string,
  onnxPath: string,
  { reading, tokenizerPath: own, head, saidBy, maxTokens }: StaticFolder,
  options: OpenModelOptions,
  tokenizer: string | undefined,
): Promise<ModelFiles> {
  if (tokenizer === undefined && !(await exists(own))) {
    throw new OctavecError('TOKENIZER_MISSING', { path: folder });
  }
  const { prompts = {}, defaultPrompt } = await readTexts(folder, options);
  return {
    onnxPath,
    staticReading: reading,
    tokenizerPath: tokenizer ?? own,
    head: { ...head, normalize: options.normalize ?? head.normalize },
    headSource: { kind: 'folder', name: saidBy },
    maxTokens: options.maxTokens ?? maxTokens,
    lowerCase: false,
    prompts,
    defaultPrompt,
    padTokenId: 0,
    architecture: reading === 'model2vec' ? 'model2vec' : 'static-embedding',
  };
}

async function describe(
  folder: string,
  onnxPath: string,
  tokenizerPath: string,
  options: OpenModelOptions,
): Promise<ModelFiles> {
  const modules = await readModules(folder);
  const configFolder = await encoderFolder(folder, transformerFolder(folder, modules));
  const config = await readModelConfig(configFolder);
  const recognised = await recogniseModel(folder, config);
  const tokenizerConfig =
    maybePathOf('tokenizerConfig', options.tokenizerConfig) ?? join(configFolder, 'tokenizer_config.json');
  const [found, limits, texts, tokenizerLowerCase, truncationSide] = await Promise.all([
    options.task !== undefined ? scoreHead : findHead(folder, modules, recognised),
    readInputLimits(configFolder, config, recognised?.model.maxTokens, tokenizerConfig),
    readTexts(folder, options),
    readTokenizerCase(tokenizerConfig, config?.model_type),
    readTruncationSide(tokenizerConfig, tokenizerPath),
  ]);
  const prompts = texts.prompts ?? recognised?.model.prompts ?? {};
  // What says nothing is run as what it is compared with.
  const { like } = options;
  const { head, source } =
    found.source.kind === 'assumed' && like !== undefined
      ? { head: like.head, source: { kind: 'original', name: 'as its original has it' } as const }
      : found;
  return {
    onnxPath,
    tokenizerPath,
    ...overriddenHead(head, source, options),
    output: options.output,
    task: options.task,
    facts: modelFacts(config, source.kind === 'folder'),
    maxTokens: overriddenLimit(limits.maxTokens, limits.positions, options.maxTokens),
    lowerCase: limits.lowerCase,
    tokenizerLowerCase,
    truncationSide,
    prompts,
    defaultPrompt: texts.defaultPrompt,
    padTokenId: config?.pad_token_id ?? 0,
    architecture: config?.model_type ?? undefined,
  };
}

/** Scores are taken as they come. */
const scoreHead: FoundHead = {
  head: { ...defaultHead, pooling: ['cls'], normalize: false },
  source: { kind: 'folder', name: 'its scores' },
};

/** Reads the prompts of the folder; undefined if it has none. */
async function readTexts(
  folder: string,
  { output, task }: OpenModelOptions,
): Promise<{ readonly prompts?: Readonly<Record<string, string>>; readonly defaultPrompt?: string }> {
  const path = join(folder, 'config_sentence_transformers.json');
  const texts = await readJsonFile(path, sentenceTransformersConfig);
  const usual = task !== undefined ? 'CrossEncoder' : 'SentenceTransformer';
  const kind = texts?.model_type ?? usual;
  if (kind !== usual && output === undefined) {
    throw new OctavecError('MODEL_UNSUPPORTED', {
      path: folder,
      what: `a ${kind} (model_type of config_sentence_transformers.json)`,
      hint:
        kind === 'CrossEncoder'
          ? 'It scores pairs of texts: rank texts by it with "octavec rerank".'
          : 'octavec runs models that give one dense vector for a text. If this one does, name its output with --output.',
    });
  }
  const prompts = texts?.prompts ?? {};
  const defaultPrompt = texts?.default_prompt_name;
  if (defaultPrompt !== undefined && !Object.hasOwn(prompts, defaultPrompt)) {
    throw new OctavecError('CONFIG_INVALID', {
      path,
      why: `the default prompt "${defaultPrompt}" is not among the prompts`,
    });
  }
  return { prompts: Object.keys(prompts).length > 0 ? prompts : undefined, defaultPrompt };
}

/** Returns where the encoder's configuration stands: in its module's folder, or the model's where that holds none. */
async function encoderFolder(folder: string, moduleFolder: string): Promise<string> {
  return (await exists(join(moduleFolder, 'config.json'))) ? moduleFolder : folder;
}

/** Finds the tokenizer of a folder: beside the encoder's configuration, or at the top. */
async function ownTokenizer(folder: string): Promise<string | undefined> {
  const modules = await readModules(folder);
  for (const place of new Set([transformerFolder(folder, modules), folder])) {
    const path = join(place, 'tokenizer.json');
    if (await exists(path)) {
      return path;
    }
  }
  return undefined;
}

/**
 * Returns the folder whose configuration a single file belongs to: its own, or the one above `onnx/`; undefined if
 * neither has any.
 */
async function folderAround(onnxPath: string): Promise<string | undefined> {
  const own = dirname(onnxPath);
  const candidates = basename(own) === 'onnx' ? [dirname(own), own] : [own];
  for (const folder of candidates) {
    for (const name of ['tokenizer.json', 'config.json', 'modules.json']) {
      if (await exists(join(folder, name))) {
        return folder;
      }
    }
  }
  return undefined;
}

async function namedTokenizer(path: string): Promise<string> {
  const full = resolve(path);
  const file = (await folderOrFile(full, 'Tokenizer')) ? join(full, 'tokenizer.json') : full;
  if (!(await exists(file)) || extname(file) !== '.json') {
    throw new OctavecError('TOKENIZER_MISSING', { path });
  }
  return file;
}

/**
 * Returns true for a folder, false for a file.
 *
 * @param what the path is said to lead to
 */
async function folderOrFile(path: string, what = 'Model'): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    throw asReadError(error, path, what);
  }
}
