import { dataType, intAttribute } from '../../onnx/index.js';
import { always, type Operators, shapeOfInput } from './operator.js';

/** Operators of quantized models: of the standard domain, or of ONNX Runtime's under the same names. */
export const quantizationOperators: Operators = {
  ConvInteger: { types: always(dataType.int32) },
  DequantizeLinear: {
    types: (node, ofInput) => [intAttribute(node, 'output_dtype') || ofInput(1)],
    shapes: shapeOfInput(0),
  },
  DynamicQuantizeLinear: {
    types: always(dataType.uint8, dataType.float, dataType.uint8),
    shapes: ({ inputs }) => [inputs[0]?.shape, [], []],
  },
  QuantizeLinear: {
    types: (node, ofInput) => [ofInput(2) ?? (intAttribute(node, 'output_dtype') || dataType.uint8)],
    shapes: shapeOfInput(0),
  },
};
