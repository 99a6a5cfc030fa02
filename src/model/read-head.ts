import { join } from 'node:path';
import { OctavecError } from '../base/index.js';
import { exists } from '../files/index.js';
import {
  type DenseLayer,
  defaultHead,
  denseActivations,
  type Head,
  type HeadSource,
  type PoolingMode,
  poolingModes,
} from './head.js';
import { readJsonFile } from './json-file.js';
import { countUpTo, either, fields, flag, listOf, maybe, oneOf, text } from './json-shapes.js';
import type { Module } from './read-modules.js';
import type { RecognisedModel } from './recognise-model.js';
import { readSafetensors } from './safetensors.js';

const mode = oneOf(poolingModes);

const poolingConfig = fields({
  // sentence-transformers from 5.4 on
  pooling_mode: maybe(either(listOf(mode, { least: 1 }), mode)),
  // before 5.4
  pooling_mode_cls_token: maybe(flag),
  pooling_mode_max_tokens: maybe(flag),
  pooling_mode_mean_tokens: maybe(flag),
  pooling_mode_mean_sqrt_len_tokens: maybe(flag),
  pooling_mode_weightedmean_tokens: maybe(flag),
  pooling_mode_lasttoken: maybe(flag),
  include_prompt: maybe(flag),
});

const maxDenseWidth = 65_536;

const denseConfig = fields({
  in_features: countUpTo(maxDenseWidth),
  out_features: countUpTo(maxDenseWidth),
  bias: maybe(flag),
  activation_function: maybe(text),
  module_input_name: maybe(text),
});

export interface FoundHead {
  readonly head: Head;
  readonly source: HeadSource;
}

/**
 * Finds what comes behind the encoder: in the modules of a sentence-transformers folder, else in a `1_Pooling` folder
 * alone, else in what is known of the model. Where nothing is said, the {@link defaultHead} is assumed.
 *
 * @throws CONFIG_INVALID, MODEL_UNSUPPORTED, FILE_NOT_FOUND (weights of a dense layer), FILE_NOT_READABLE
 */
export async function findHead(
  folder: string,
  modules: readonly Module[] | undefined,
  recognised: RecognisedModel | undefined,
): Promise<FoundHead> {
  if (modules !== undefined) {
    return { head: await readHead(folder, modules), source: { kind: 'folder', name: 'modules.json' } };
  }
  const normalize = recognised?.model.normalize ?? true;
  const pooling = await readPooling(join(folder, '1_Pooling'));
  if (pooling !== undefined) {
    const source = { kind: 'folder', name: '1_Pooling/config.json' } as const;
    return { head: { ...defaultHead, ...pooling, normalize }, source };
  }
  if (recognised !== undefined) {
    const { model, by } = recognised;
    const source = { kind: 'known', name: `as ${model.name} has it (by ${by})` } as const;
    return { head: { ...defaultHead, pooling: [model.pooling], normalize }, source };
  }
  return { head: defaultHead, source: { kind: 'assumed', name: 'assumed: the folder does not say' } };
}

async function readHead(folder: string, modules: readonly Module[]): Promise<Head> {
  let pooling: Pick<Head, 'pooling' | 'includePrompt'> | undefined;
  const dense: DenseLayer[] = [];
  let normalizes = false;
  for (const module of modules) {
    const { kind } = module;
    if (isOther(module)) {
      throw unsupportedModule(folder, module);
    }
    if (kind === 'Transformer' || kind === 'Dropout') {
      continue;
    }
    if (kind === 'Pooling' && dense.length === 0 && !normalizes) {
      pooling = await readPooling(module.folder);
      if (pooling === undefined) {
        throw missingConfig(join(module.folder, 'config.json'));
      }
    } else if (kind === 'Dense' && !normalizes) {
      dense.push(await readDense(module.folder));
    } else if (kind === 'Normalize') {
      normalizes = true;
    } else {
      throw unsupportedModule(folder, module);
    }
  }
  return { ...(pooling ?? defaultHead), dense, normalize: normalizes };
}

/**
 * Tells whether a module is of another kind of model. Those of late-interaction models share names with those of
 * sentence-transformers, and give a vector for each token.
 */
function isOther({ type }: Module): boolean {
  return /pylate|colbert/i.test(type);
}

/**
 * Refuses a folder whose first module is no encoder: a router, for one, has a folder for each way.
 *
 * @throws MODEL_UNSUPPORTED
 */
export function refuseOtherStart(folder: string, modules: readonly Module[] | undefined): void {
  const [first] = modules ?? [];
  if (first !== undefined && !['Transformer', 'StaticEmbedding'].includes(first.kind)) {
    throw unsupportedModule(folder, first);
  }
}

function unsupportedModule(folder: string, { kind, type }: Module): OctavecError {
  const what =
    kind === 'Dense' || kind === 'Pooling'
      ? `the module "${type}" behind what stands before it in modules.json`
      : `the module "${type}" of modules.json`;
  return new OctavecError('MODEL_UNSUPPORTED', { path: folder, what, hint: adviceFor(type) });
}

function adviceFor(type: string): string {
  if (/splade|mlmtransformer|sparse/i.test(type)) {
    return 'It makes sparse vectors with a number for each word of the vocabulary; octavec runs models that give one dense vector for a text.';
  }
  if (/pylate|colbert|multivector/i.test(type)) {
    return 'It makes a vector for each token (ColBERT); octavec runs models that give one vector for a text.';
  }
  if (/\.(Router|Asym)$/.test(type)) {
    return 'It sends queries and documents through models of their own; octavec runs one for both. Give the folder of one of them where it is a whole model.';
  }
  return 'octavec runs Transformer, Pooling, Dense and Normalize, in this order. To pool in another way, export the model with the pooling in its graph, or name one with --pooling.';
}

/**
 * Reads the pooling; undefined if there is no such configuration. A missing `pooling_mode_mean_tokens` is true, as in
 * sentence-transformers.
 */
async function readPooling(folder: string): Promise<Pick<Head, 'pooling' | 'includePrompt'> | undefined> {
  const path = join(folder, 'config.json');
  const config = await readJsonFile(path, poolingConfig);
  if (config === undefined) {
    return undefined;
  }
  // The order in which sentence-transformers concatenates.
  const flags: readonly (readonly [PoolingMode, boolean | null | undefined])[] = [
    ['cls', config.pooling_mode_cls_token],
    ['max', config.pooling_mode_max_tokens],
    ['mean', config.pooling_mode_mean_tokens ?? true],
    ['mean_sqrt_len_tokens', config.pooling_mode_mean_sqrt_len_tokens],
    ['weightedmean', config.pooling_mode_weightedmean_tokens],
    ['lasttoken', config.pooling_mode_lasttoken],
  ];
  const named = config.pooling_mode;
  const pooling = named === undefined ? flags.filter(([, set]) => set).map(([mode]) => mode) : [named].flat();
  if (pooling.length === 0) {
    throw new OctavecError('CONFIG_INVALID', { path, why: 'every pooling mode is turned off' });
  }
  return { pooling, includePrompt: config.include_prompt ?? true };
}

async function readDense(folder: string): Promise<DenseLayer> {
  const path = join(folder, 'config.json');
  const config = await readJsonFile(path, denseConfig);
  if (config === undefined) {
    throw missingConfig(path);
  }
  const { in_features: inputs, out_features: outputs, module_input_name: takes = 'sentence_embedding' } = config;
  if (takes !== 'sentence_embedding') {
    throw new OctavecError('MODEL_UNSUPPORTED', {
      path,
      what: `a dense layer that takes "${takes}"`,
      hint: 'octavec runs dense layers behind the pooling. Export the model with this one in its graph.',
    });
  }
  const weightsPath = await denseWeightsPath(folder);
  const tensors = await readSafetensors(weightsPath, ['linear.weight', 'linear.bias']);
  const weight = tensors.get('linear.weight');
  const bias = config.bias === false ? undefined : tensors.get('linear.bias');
  if (weight?.length !== inputs * outputs || (bias !== undefined && bias.length !== outputs)) {
    throw new OctavecError('CONFIG_INVALID', {
      path: weightsPath,
      why: `a weight of [${outputs}, ${inputs}] and a bias of [${outputs}] are expected, as ${path} says`,
    });
  }
  return { inputs, outputs, weight, bias, activation: activationOf(path, config.activation_function ?? 'Tanh') };
}

/** Returns the path of the weights of a dense layer. Older folders have them as PyTorch stores them. */
async function denseWeightsPath(folder: string): Promise<string> {
  const [path, older] = ['model.safetensors', 'pytorch_model.bin'].map((name) => join(folder, name));
  return !(await exists(path)) && (await exists(older)) ? older : path;
}

function missingConfig(path: string): OctavecError {
  return new OctavecError('CONFIG_INVALID', { path, why: 'the file is missing, and modules.json asks for it' });
}

/**
 * Returns the activation of a dense layer. sentence-transformers writes the class of PyTorch
 * ("torch.nn.modules.activation.Tanh").
 */
function activationOf(path: string, name: string): DenseLayer['activation'] {
  const kind = name.split('.').at(-1)?.toLowerCase();
  const activation = denseActivations.find((known) => known === kind);
  if (activation === undefined) {
    throw new OctavecError('MODEL_UNSUPPORTED', {
      path,
      what: `the activation "${name}" of a dense layer`,
      hint: 'Identity, Tanh, ReLU and GELU are. Export the model with the dense layer in its graph.',
    });
  }
  return activation;
}
