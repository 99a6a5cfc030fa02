import { type LayerRole, rolesOf } from '../encoder/index.js';
import { foldConstants } from '../graph/index.js';
import type { OnnxModel } from '../onnx/index.js';
import type { BlockScheme } from './block-scheme.js';
import { gptqLayers } from './gptq-layers.js';
import type { WeightOnlyMethodOptions } from './q8.js';
import { selectParts } from './selection.js';
import { weightOnly } from './weight-only.js';

export const q4BlockSizes = [16, 32, 64, 128] as const;

/** The blocks of 4-bit weights. */
export interface Q4Form {
  /** 32 by default. */
  readonly blockSize?: (typeof q4BlockSizes)[number];
  /** Without a zero point: a little smaller, clearly worse. */
  readonly symmetric?: boolean;
}

export interface Q4Options extends Q4Form, WeightOnlyMethodOptions {}

/**
 * Layers that keep 8 bits: values and the attention's output hold a twelfth of the weights each and, in 4 bits, cost
 * more quality than all the rest. (Measured on MiniLM: cosine mean .9815 with 4 bits everywhere, .9893 so.) A weight
 * that holds queries, keys and values in one has 4 bits: two thirds of it need no more.
 */
const wideRoles: ReadonlySet<LayerRole> = new Set(['v', 'attention-output']);
const wideScheme = { bits: 8, blockSize: 32, symmetric: true, clipping: 'none' } as const;

/**
 * Quantizes to 4-bit weights in blocks, clipped to the least squared error and, with calibration texts, rounded by
 * GPTQ. Embedding tables are 4 bit as well.
 *
 * @throws as `observe`
 */
export async function q4(source: OnnxModel, options: Q4Options = {}): Promise<OnnxModel> {
  const { blockSize = 32, symmetric = false, texts } = options;
  const model = foldConstants(source);
  const narrow: BlockScheme = { bits: 4, blockSize, symmetric, clipping: 'mse' };
  const schemeOf = (role: LayerRole): BlockScheme => (wideRoles.has(role) ? wideScheme : narrow);
  const roles = rolesOf(model);
  const narrowLayers = selectParts(model, options).layers.filter(
    ({ node }) => !wideRoles.has(roles.get(node) ?? 'other'),
  );
  const quantized = texts && (await gptqLayers(model, narrowLayers, texts, narrow, options));
  return weightOnly(model, { ...options, layers: schemeOf, tables: narrow, quantized });
}
