import { floatToHalf, fp16Max } from '../../numbers/index.js';
import { dataType, makeTensor, type OnnxModel, type TensorProto, tensorFloats } from '../../onnx/index.js';

export interface HalfTensor {
  readonly tensor: TensorProto;
  /** Finite values beyond ±65,504 that were set to the largest number there is; not those that stand for infinity. */
  readonly clamped: number;
}

/** Masks say -1e9, or the lowest float32 there is, for "minus infinity". No weight is that large. */
const standsForInfinity = 1e9;

/**
 * Returns a float32 tensor in half precision. Finite values stay finite; infinities, which masks use, stay infinite.
 */
export function toHalfTensor(model: OnnxModel, source: TensorProto): HalfTensor {
  const floats = tensorFloats(model, source);
  const halves = new Uint16Array(floats.length);
  let clamped = 0;
  for (let i = 0; i < floats.length; i++) {
    const value = floats[i];
    if (Number.isFinite(value) && Math.abs(value) > fp16Max) {
      clamped += Math.abs(value) < standsForInfinity ? 1 : 0;
      halves[i] = floatToHalf(value > 0 ? fp16Max : -fp16Max);
    } else {
      halves[i] = floatToHalf(value);
    }
  }
  return { tensor: makeTensor(source.name ?? '', dataType.float16, source.dims, halves), clamped };
}
