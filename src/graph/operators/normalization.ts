import { intAttribute } from '../../onnx/index.js';
import { calculate } from './calculate.js';
import { division } from './elementwise.js';
import { type Call, type Operator, type Operators, type Output, shapeOfInput } from './operator.js';
import { lengthsAlong } from './reduction.js';
import { axisFromFront, type Elements } from './value.js';

const shapeOnly: Operator = { shapes: shapeOfInput(0) };

/** Operators that bring numbers along an axis to a common size. */
export const normalizationOperators: Operators = {
  LayerNormalization: shapeOnly,
  LogSoftmax: shapeOnly,
  LpNormalization: { shapes: shapeOfInput(0), elements: divideByLength },
  RMSNormalization: shapeOnly,
  SimplifiedLayerNormalization: shapeOnly,
  Softmax: shapeOnly,
};

/** Divides by the Euclidean norm, which is the default. */
function divideByLength(call: Call, output: Output): Elements | undefined {
  const { node, inputs, form } = call;
  const axis = axisFromFront(intAttribute(node, 'axis') ?? -1, output.shape.length);
  return form === 'samples' && (intAttribute(node, 'p') ?? 2) === 2
    ? calculate(division, [inputs[0], lengthsAlong(inputs[0], axis)], call, output)
    : undefined;
}
