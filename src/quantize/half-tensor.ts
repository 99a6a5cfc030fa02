import { floatToHalf, fp16Max } from '../base/index.js';
import { dataType, makeTensor, type OnnxModel, type TensorProto, tensorFloats } from '../onnx/index.js';

export interface HalfTensor {
  readonly tensor: TensorProto;
  /** Finite values beyond ±65,504 that were set to the largest number there is. */
  readonly clamped: number;
}

/** A float32 tensor in half precision. Finite values stay finite; infinities, which masks use, stay infinite. */
export function toHalfTensor(model: OnnxModel, source: TensorProto): HalfTensor {
  const floats = tensorFloats(model, source);
  const halves = new Uint16Array(floats.length);
  let clamped = 0;
  for (let i = 0; i < floats.length; i++) {
    const value = floats[i];
    if (Number.isFinite(value) && Math.abs(value) > fp16Max) {
      clamped++;
      halves[i] = floatToHalf(value > 0 ? fp16Max : -fp16Max);
    } else {
      halves[i] = floatToHalf(value);
    }
  }
  return { tensor: makeTensor(source.name ?? '', dataType.float16, source.dims, halves), clamped };
}
