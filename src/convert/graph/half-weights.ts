import { dataType } from '../../onnx/index.js';
import { storeHalves } from '../../quantize/index.js';
import type { BuiltEncoder } from './build-encoder.js';

/**
 * Returns the same encoder with its weights in half precision, as the FP16 method keeps them; small ones and computed
 * tables stay in FP32.
 */
export function withHalfWeights({ proto, deferred }: BuiltEncoder): BuiltEncoder {
  const halves = new Map(deferred);
  const replaced = new Set<string | undefined>();
  const model = storeHalves({ path: '', proto }, (tensor, name) => {
    const data = deferred.get(tensor.name ?? '');
    if (data === undefined) {
      return undefined;
    }
    replaced.add(tensor.name);
    halves.set(name, { ...data, half: true });
    return { ...tensor, dataType: dataType.float16 };
  });
  const { graph } = model.proto;
  const initializer = graph.initializer.filter(({ name }) => !replaced.has(name));
  return { proto: { ...model.proto, graph: { ...graph, initializer } }, deferred: halves };
}
