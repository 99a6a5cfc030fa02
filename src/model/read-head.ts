import { join, normalize } from 'node:path';
import { z } from 'zod';
import { OctavecError } from '../base/index.js';
import { type DenseLayer, defaultHead, type Head, type PoolingMode } from './head.js';
import { readJsonFile } from './json-file.js';
import { readSafetensors } from './safetensors.js';

const modulesSchema = z.array(z.object({ type: z.string(), path: z.string() })).max(32);

const poolingModes = ['cls', 'max', 'mean', 'mean_sqrt_len_tokens', 'weightedmean', 'lasttoken'] as const;

const poolingSchema = z.object({
  // sentence-transformers from 5.4 on
  pooling_mode: z.union([z.enum(poolingModes), z.array(z.enum(poolingModes)).min(1)]).optional(),
  // before 5.4
  pooling_mode_cls_token: z.boolean().optional(),
  pooling_mode_max_tokens: z.boolean().optional(),
  pooling_mode_mean_tokens: z.boolean().optional(),
  pooling_mode_mean_sqrt_len_tokens: z.boolean().optional(),
  pooling_mode_weightedmean_tokens: z.boolean().optional(),
  pooling_mode_lasttoken: z.boolean().optional(),
  include_prompt: z.boolean().optional(),
});

const maxDenseWidth = 65_536;

const denseSchema = z.object({
  in_features: z.int().positive().max(maxDenseWidth),
  out_features: z.int().positive().max(maxDenseWidth),
  bias: z.boolean().optional(),
  activation_function: z.string().optional(),
});

/**
 * Reads what a sentence-transformers folder does behind the encoder: `modules.json` (class names of all generations are
 * told by their last part) and the modules' own folders. A folder without `modules.json` gets the {@link defaultHead}.
 *
 * @throws CONFIG_INVALID, FILE_NOT_FOUND (weights of a dense layer), FILE_NOT_READABLE
 */
export async function readHead(folder: string): Promise<Head> {
  const path = join(folder, 'modules.json');
  const modules = await readJsonFile(path, modulesSchema);
  if (modules === undefined) {
    return defaultHead;
  }
  let pooling: Pick<Head, 'pooling' | 'includePrompt'> | undefined;
  const dense: DenseLayer[] = [];
  let normalizes = false;
  for (const module of modules) {
    const kind = module.type.split('.').at(-1);
    if (kind === 'Transformer' || kind === 'Dropout') {
      continue;
    }
    const moduleFolder = insideFolder(folder, path, module.path);
    if (kind === 'Pooling') {
      pooling = await readPooling(moduleFolder);
    } else if (kind === 'Dense' && !normalizes) {
      dense.push(await readDense(moduleFolder));
    } else if (kind === 'Normalize') {
      normalizes = true;
    } else {
      throw new OctavecError('CONFIG_INVALID', {
        path,
        why: `the module "${module.type}" is not supported at this place (Transformer, Pooling, Dense, Normalize are)`,
      });
    }
  }
  return { ...(pooling ?? defaultHead), dense, normalize: normalizes };
}

function insideFolder(folder: string, modulesPath: string, path: string): string {
  const plain = normalize(path);
  if (plain.startsWith('..') || plain.startsWith('/') || path.includes('\0') || /^[A-Za-z]:/.test(path)) {
    throw new OctavecError('CONFIG_INVALID', { path: modulesPath, why: `the path "${path}" leaves the folder` });
  }
  return join(folder, plain);
}

async function readPooling(folder: string): Promise<Pick<Head, 'pooling' | 'includePrompt'>> {
  const path = join(folder, 'config.json');
  const config = await readJsonFile(path, poolingSchema);
  if (config === undefined) {
    throw new OctavecError('CONFIG_INVALID', { path, why: 'the file is missing, and modules.json asks for it' });
  }
  // The order in which sentence-transformers concatenates.
  const flags: readonly (readonly [PoolingMode, boolean | undefined])[] = [
    ['cls', config.pooling_mode_cls_token],
    ['max', config.pooling_mode_max_tokens],
    ['mean', config.pooling_mode_mean_tokens],
    ['mean_sqrt_len_tokens', config.pooling_mode_mean_sqrt_len_tokens],
    ['weightedmean', config.pooling_mode_weightedmean_tokens],
    ['lasttoken', config.pooling_mode_lasttoken],
  ];
  const pooling =
    config.pooling_mode !== undefined
      ? [config.pooling_mode].flat()
      : flags.filter(([, set]) => set).map(([mode]) => mode);
  if (pooling.length === 0) {
    throw new OctavecError('CONFIG_INVALID', { path, why: 'no pooling mode is set' });
  }
  return { pooling, includePrompt: config.include_prompt ?? true };
}

async function readDense(folder: string): Promise<DenseLayer> {
  const path = join(folder, 'config.json');
  const config = await readJsonFile(path, denseSchema);
  if (config === undefined) {
    throw new OctavecError('CONFIG_INVALID', { path, why: 'the file is missing, and modules.json asks for it' });
  }
  const { in_features: inputs, out_features: outputs } = config;
  const weightsPath = join(folder, 'model.safetensors');
  const tensors = await readSafetensors(weightsPath, ['linear.weight', 'linear.bias']);
  const weight = tensors.get('linear.weight')?.data;
  const bias = config.bias === false ? undefined : tensors.get('linear.bias')?.data;
  if (weight?.length !== inputs * outputs || (bias !== undefined && bias.length !== outputs)) {
    throw new OctavecError('CONFIG_INVALID', {
      path: weightsPath,
      why: `a weight of [${outputs}, ${inputs}] and a bias of [${outputs}] are expected, as ${path} says`,
    });
  }
  return { inputs, outputs, weight, bias, activation: activationOf(path, config.activation_function) };
}

/** sentence-transformers writes the class of PyTorch ("torch.nn.modules.activation.Tanh"); Tanh is its default. */
function activationOf(path: string, name: string | undefined): DenseLayer['activation'] {
  const kind = (name ?? 'Tanh').split('.').at(-1);
  if (kind === 'Identity') {
    return 'identity';
  }
  if (kind === 'Tanh') {
    return 'tanh';
  }
  throw new OctavecError('CONFIG_INVALID', {
    path,
    why: `the activation "${name}" is not supported (Identity and Tanh are)`,
  });
}
