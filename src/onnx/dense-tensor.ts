import { OctavecError, shortened } from '../base/index.js';
import { bitsPerElement, byteLength } from './element-types.js';
import { limits } from './limits.js';
import { makeTensor } from './make-tensor.js';
import type { SparseTensorProto, TensorProto } from './messages.js';
import type { OnnxModel } from './model.js';
import { elementCount, tensorBytes, tensorIntegers } from './tensor.js';

/**
 * Writes a sparse tensor out with its zeros. Its indices count elements, or, where they have two dimensions, give the
 * position along each axis.
 *
 * @throws ONNX_CORRUPT, ONNX_LIMIT, ONNX_UNSUPPORTED, EXTERNAL_DATA
 * @example
 * ```ts
 * const dense = model.proto.graph.sparseInitializer.map((sparse) => denseTensor(model, sparse));
 * ```
 */
export function denseTensor(model: OnnxModel, { values, indices, dims }: SparseTensorProto): TensorProto {
  const name = values?.name ?? '';
  const corrupt = (why: string): OctavecError =>
    new OctavecError('ONNX_CORRUPT', { path: model.path, where: `sparse tensor "${shortened(name)}"`, why });
  if (values === undefined || indices === undefined) {
    throw corrupt('it has no values or no indices');
  }
  const type = values.dataType ?? 0;
  const width = (bitsPerElement(type) ?? 0) / 8;
  if (dims.some((dim) => dim < 0) || !Number.isInteger(width) || width === 0) {
    throw corrupt(`type ${type}, dimensions ${dims.join(' × ')}`);
  }
  const count = elementCount({ dims });
  const bytes = byteLength(type, count) as number;
  if (bytes > limits.tensorBytes) {
    const found = `sparse tensor "${shortened(name)}" has ${dims.join(' × ')} elements`;
    throw new OctavecError('ONNX_LIMIT', { path: model.path, limit: `${limits.tensorBytes} bytes in a tensor`, found });
  }
  const source = tensorBytes(model, values);
  const numbers = tensorIntegers(model, indices);
  const sizes = indices.dims.length === 2 ? dims : [count];
  const rank = sizes.length;
  if (numbers.length * width !== source.length * rank) {
    throw corrupt(`${numbers.length} indices for ${source.length / width} values`);
  }
  const data = new Uint8Array(bytes);
  for (let i = 0; i * width < source.length; i++) {
    const index = numbers.slice(i * rank, (i + 1) * rank);
    if (!index.every((along, axis) => along >= 0 && along < sizes[axis])) {
      throw corrupt(`index ${index.join(', ')} lies outside of ${dims.join(' × ')}`);
    }
    const place = index.reduce((sum, along, axis) => sum * sizes[axis] + along, 0);
    data.set(source.subarray(i * width, (i + 1) * width), place * width);
  }
  return makeTensor(name, type, dims, data);
}
