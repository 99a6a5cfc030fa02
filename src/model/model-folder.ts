import { stat } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { z } from 'zod';
import { OctavecError, reasonOf } from '../base/index.js';
import { readModel } from '../onnx/index.js';
import { findOnnxFile } from './find-onnx-file.js';
import type { Head } from './head.js';
import { type ModelConfig, readInputLimits, readModelConfig } from './input-limits.js';
import { isMissing, readJsonFile } from './json-file.js';
import { readHead } from './read-head.js';

/** What is known of an embedding model before it is loaded: its files and the conventions that come with them. */
export interface ModelFiles {
  /** The folder in Hugging Face layout; undefined for a single file with nothing around it. */
  readonly folder?: string;
  /** The ONNX file to run. */
  readonly onnxPath: string;
  readonly tokenizerPath: string;
  /** What comes after the last hidden state: pooling, dense layers, normalising. */
  readonly head: Head;
  /** Longest input in tokens, special tokens included. */
  readonly maxTokens: number;
  /** Texts are lower-cased before they are tokenized (`do_lower_case` of sentence_bert_config.json). */
  readonly lowerCase: boolean;
  /** Prompts by name ("query" → "query: "). */
  readonly prompts: Readonly<Record<string, string>>;
  /** The name of the prompt that is used when none is asked for. */
  readonly defaultPrompt?: string;
  /** Id that pads; 0 where nothing says otherwise. */
  readonly padTokenId: number;
  /** `model_type` of config.json: "bert". */
  readonly architecture?: string;
}

export interface OpenModelOptions {
  /** A tokenizer.json, or a folder that holds one, to use instead of the model's own. */
  readonly tokenizer?: string;
  /** The variant to take from a folder: "int8" is onnx/model_int8.onnx. Without it the file of highest precision. */
  readonly variant?: string;
  /** Another model that lends tokenizer, pooling, prompts and limits to a single file with nothing around it. */
  readonly like?: ModelFiles;
}

const promptsSchema = z.object({
  prompts: z.record(z.string(), z.string()).optional(),
  default_prompt_name: z.string().nullish(),
});

/**
 * Finds out what a model folder in Hugging Face / sentence-transformers layout, or a single .onnx file, is made of.
 * Nothing is loaded yet. A folder that says nothing of pooling gets the mean over all tokens, scaled to length 1.
 * A single file takes the rest from its own folder, from the parent of an `onnx/` folder, or from `like`.
 *
 * @throws FILE_NOT_FOUND, MODEL_NOT_FOUND, TOKENIZER_MISSING, CONFIG_INVALID, FILE_NOT_READABLE; NOT_ONNX where a
 *   tokenizer is missing because there is no model either
 */
export async function openModelFolder(path: string, options: OpenModelOptions = {}): Promise<ModelFiles> {
  const full = resolve(path);
  const isFolder = await folderOrFile(full);
  const onnxPath = isFolder ? await findOnnxFile(full, options.variant) : full;
  const folder = isFolder ? full : await folderAround(full);
  const tokenizer = options.tokenizer === undefined ? undefined : await namedTokenizer(options.tokenizer);
  if (folder === undefined) {
    if (options.like === undefined && tokenizer === undefined) {
      return refuseWithoutTokenizer(path, onnxPath);
    }
    return options.like === undefined
      ? await describe(dirname(tokenizer as string), onnxPath, tokenizer as string)
      : { ...options.like, folder: undefined, onnxPath, tokenizerPath: tokenizer ?? options.like.tokenizerPath };
  }
  const own = join(folder, 'tokenizer.json');
  const tokenizerPath = tokenizer ?? ((await exists(own)) ? own : options.like?.tokenizerPath);
  if (tokenizerPath === undefined) {
    return refuseWithoutTokenizer(path, onnxPath);
  }
  return { ...(await describe(folder, onnxPath, tokenizerPath)), folder };
}

/** A tokenizer is not what a web page lacks that was saved under the name of a model. */
async function refuseWithoutTokenizer(path: string, onnxPath: string): Promise<never> {
  await readModel(onnxPath);
  throw new OctavecError('TOKENIZER_MISSING', { path });
}

async function describe(folder: string, onnxPath: string, tokenizerPath: string): Promise<ModelFiles> {
  const config = await readModelConfig(folder);
  const [head, limit, texts] = await Promise.all([
    readHead(folder),
    readInputLimits(folder, config),
    readJsonFile(join(folder, 'config_sentence_transformers.json'), promptsSchema),
  ]);
  const prompts = texts?.prompts ?? {};
  const defaultPrompt = texts?.default_prompt_name ?? undefined;
  if (defaultPrompt !== undefined && !Object.hasOwn(prompts, defaultPrompt)) {
    throw new OctavecError('CONFIG_INVALID', {
      path: join(folder, 'config_sentence_transformers.json'),
      why: `the default prompt "${defaultPrompt}" is not among the prompts`,
    });
  }
  return { onnxPath, tokenizerPath, head, ...limit, prompts, defaultPrompt, ...padAndArchitecture(config) };
}

function padAndArchitecture(config: ModelConfig | undefined): Pick<ModelFiles, 'padTokenId' | 'architecture'> {
  return { padTokenId: config?.pad_token_id ?? 0, architecture: config?.model_type };
}

/** The folder whose configuration a single file belongs to: its own, or the one above `onnx/`; undefined if neither has any. */
async function folderAround(onnxPath: string): Promise<string | undefined> {
  const own = dirname(onnxPath);
  const candidates = basename(own) === 'onnx' ? [dirname(own), own] : [own];
  for (const folder of candidates) {
    if ((await exists(join(folder, 'tokenizer.json'))) || (await exists(join(folder, 'config.json')))) {
      return folder;
    }
  }
  return undefined;
}

async function namedTokenizer(path: string): Promise<string> {
  const full = resolve(path);
  const file = (await folderOrFile(full)) ? join(full, 'tokenizer.json') : full;
  if (!(await exists(file)) || extname(file) !== '.json') {
    throw new OctavecError('TOKENIZER_MISSING', { path });
  }
  return file;
}

/** true for a folder, false for a file. */
async function folderOrFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if (isMissing(error)) {
      throw new OctavecError('FILE_NOT_FOUND', { path, what: 'Model' }, error);
    }
    throw new OctavecError('FILE_NOT_READABLE', { path, why: reasonOf(error) }, error);
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
