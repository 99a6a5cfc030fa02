import { join } from 'node:path';
import { z } from 'zod';
import { OctavecError } from '../base/index.js';
import { readJsonFile } from '../model/index.js';
import { ConfigReader } from './architectures/config-reader.js';
import { architectureOf } from './architectures/registry.js';
import type { EncoderPlan } from './encoder-plan.js';
import { planEncoder } from './plan-encoder.js';
import { findWeights } from './weights/open-weights.js';
import { WeightFiles } from './weights/weight-files.js';

/** A model's weights, and the encoder that they are. */
export interface Checkpoint {
  /** "BERT" */
  readonly architecture: string;
  readonly plan: EncoderPlan;
  /** Tensors that the encoder does without. */
  readonly unused: readonly string[];
  /** The files that the tensors lie in. */
  readonly files: readonly string[];
  /** Numbers of the tensors that the plan names. Whoever opened the checkpoint closes them. */
  readonly weights: WeightFiles;
}

/**
 * Opens the weights in a folder, and plans the encoder that its `config.json` describes.
 *
 * @param home where configuration and weights stand
 * @throws ARCHITECTURE_UNKNOWN, WEIGHTS_INVALID, MODEL_UNSUPPORTED, SAFETENSORS_INVALID, CONFIG_INVALID, FILE_NOT_FOUND,
 *   FILE_NOT_READABLE
 */
export async function openCheckpoint(home: string): Promise<Checkpoint> {
  const config = await readConfig(home);
  const architecture = architectureOf(config);
  const { files, tensors } = await findWeights(home);
  const weights = new WeightFiles(tensors);
  try {
    const { plan, unused } = await planEncoder(home, architecture, config, weights);
    return { architecture: architecture.name, plan, unused, files, weights };
  } catch (error) {
    await weights.close();
    throw error;
  }
}

const configSchema = z.record(z.string(), z.unknown());

async function readConfig(folder: string): Promise<ConfigReader> {
  const path = join(folder, 'config.json');
  const values = await readJsonFile(path, configSchema);
  if (values === undefined) {
    throw new OctavecError('FILE_NOT_FOUND', { path, what: 'Configuration' });
  }
  return new ConfigReader(path, values);
}
