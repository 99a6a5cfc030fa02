import type { TaskOptions } from '../../base/index.js';
import { type CalibrationTexts, largestMagnitudes } from '../../calibration/index.js';
import { inferElementTypes, usedValues } from '../../graph/index.js';
import { fp16Max } from '../../numbers/index.js';
import { dataType, type OnnxModel } from '../../onnx/index.js';
import { halfSource } from './fp16.js';
import { fullPrecisionNodes } from './full-precision-nodes.js';

/** Texts that nobody has seen may go this many times farther than those of the calibration. */
const headroom = 4;

/**
 * Finds the activations that half precision cannot be trusted with, and how large they become: on a GPU they would be
 * infinite. ONNX Runtime computes in FP32 on a CPU whatever the file says, so no proof there would show it.
 *
 * @throws as `largestMagnitudes`
 */
export async function beyondHalf(
  source: OnnxModel,
  texts: CalibrationTexts,
  options: TaskOptions = {},
): Promise<ReadonlyMap<string, number>> {
  const model = halfSource(source);
  const { graph } = model.proto;
  const kept = fullPrecisionNodes(model);
  const types = inferElementTypes(graph);
  const inHalf = new Set(
    graph.node.filter((node) => !kept.has(node)).flatMap((node) => [...usedValues(node), ...node.output]),
  );
  const made = graph.node.flatMap(({ output }) => output);
  const floats = made.filter((name) => inHalf.has(name) && types.get(name) === dataType.float);
  const magnitudes = await largestMagnitudes(model, floats, texts, options);
  return new Map([...magnitudes].filter(([, magnitude]) => magnitude * headroom > fp16Max));
}
