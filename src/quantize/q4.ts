import { throwIfCancelled } from '../base/index.js';
import { foldConstants } from '../graph/index.js';
import type { OnnxModel } from '../onnx/index.js';
import type { BlockMatrix } from './block-matrix.js';
import type { BlockScheme } from './block-scheme.js';
import { gramMatrices } from './calibration/gram-matrices.js';
import { gptq } from './gptq.js';
import type { WeightOnlyMethodOptions } from './q8.js';
import { type LayerRole, rolesOf } from './roles.js';
import { selectParts } from './selection.js';
import { weightByOutputs, weightKey, weightOnly } from './weight-only.js';

/** Form of the 4-bit blocks. */
export interface Q4Options extends WeightOnlyMethodOptions {
  /** 32 by default. */
  readonly blockSize?: 16 | 32 | 64 | 128;
  /** Without a zero point: a little smaller, clearly worse. */
  readonly symmetric?: boolean;
}

/**
 * Layers that keep 8 bits: values and the attention's output hold a twelfth of the weights each and, in 4 bits, cost
 * more quality than all the rest. (Measured on MiniLM: cosine mean .9815 with 4 bits everywhere, .9893 so.)
 */
const wideRoles: ReadonlySet<LayerRole> = new Set(['v', 'qkv', 'attention-output']);
const wideScheme = { bits: 8, blockSize: 32, symmetric: true, clipping: 'none' } as const;

/**
 * 4-bit weights in blocks, clipped to the least squared error and, with calibration texts, rounded by GPTQ. Embedding
 * tables are 4 bit as well.
 *
 * @throws as `observe`
 */
export async function q4(source: OnnxModel, options: Q4Options = {}): Promise<OnnxModel> {
  const { blockSize = 32, symmetric = false, texts } = options;
  const model = foldConstants(source);
  const narrow: BlockScheme = { bits: 4, blockSize, symmetric, clipping: 'mse' };
  const schemeOf = (role: LayerRole): BlockScheme => (wideRoles.has(role) ? wideScheme : narrow);
  const quantized = new Map<string, BlockMatrix>();
  if (texts !== undefined) {
    const roles = rolesOf(model);
    const narrowLayers = selectParts(model, options).layers.filter(
      ({ node }) => !wideRoles.has(roles.get(node) ?? 'other'),
    );
    const activations = new Map(narrowLayers.map(({ activation, inputs }) => [activation, inputs]));
    await gramMatrices(
      model,
      [...activations].map(([name, channels]) => ({ name, channels })),
      texts,
      ({ name }, gram) => {
        for (const layer of narrowLayers.filter(({ activation }) => activation === name)) {
          throwIfCancelled(options.signal, 'quantizing');
          const key = weightKey(layer);
          if (!quantized.has(key)) {
            quantized.set(key, gptq(weightByOutputs(model, layer), layer.outputs, layer.inputs, gram, narrow));
          }
        }
      },
      options,
    );
  }
  return weightOnly(model, { ...options, layers: schemeOf, tables: narrow, quantized });
}
