import { type TaskOptions, throwIfCancelled } from '../base/index.js';
import type { OnnxModel } from '../onnx/index.js';
import type { BlockMatrix } from './block-matrix.js';
import type { BlockScheme } from './block-scheme.js';
import { gramMatrices } from './calibration/gram-matrices.js';
import type { CalibrationTexts } from './calibration/observe.js';
import { gptq } from './gptq.js';
import type { LinearLayer } from './linear-layers.js';
import { weightByOutputs, weightKey } from './weight-only.js';

/**
 * Weights of layers rounded by GPTQ, by {@link weightKey}. A weight that several layers share is rounded with regard
 * to the input of one of them.
 *
 * @param model that the layers are of, with its constants folded
 * @throws as `observe`
 */
export async function gptqLayers(
  model: OnnxModel,
  layers: readonly LinearLayer[],
  texts: CalibrationTexts,
  scheme: BlockScheme,
  options: TaskOptions = {},
): Promise<ReadonlyMap<string, BlockMatrix>> {
  const rounded = new Map<string, BlockMatrix>();
  const activations = new Map(layers.map(({ activation, inputs }) => [activation, inputs]));
  await gramMatrices(
    model,
    [...activations].map(([name, channels]) => ({ name, channels })),
    texts,
    ({ name }, gram) => {
      for (const layer of layers.filter(({ activation }) => activation === name)) {
        throwIfCancelled(options.signal, 'quantizing');
        const key = weightKey(layer);
        if (!rounded.has(key)) {
          rounded.set(key, gptq(weightByOutputs(model, layer), layer.outputs, layer.inputs, gram, scheme));
        }
      }
    },
    options,
  );
  return rounded;
}
