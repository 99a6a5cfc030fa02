import { dataType, intAttribute } from '../../onnx/index.js';
import { broadcast } from './broadcast.js';
import { calculate } from './calculate.js';
import { multiplication } from './elementwise.js';
import { always, type Call, type Operators, type Output } from './operator.js';
import type { Elements, Shape } from './value.js';

/** Products of matrices. */
export const productOperators: Operators = {
  Gemm: { shapes: gemmShape },
  MatMul: { shapes: matMulShape, elements: outerProduct },
  MatMulInteger: { types: always(dataType.int32), shapes: matMulShape },
};

function matMulShape(call: Call): readonly (Shape | undefined)[] {
  const [a, b] = call.inputs.map((input) => input?.shape);
  if (a === undefined || b === undefined || a.length < 2 || b.length < 2) {
    return [];
  }
  const [rows, depth] = a.slice(-2);
  const [other, columns] = b.slice(-2);
  const batch = broadcast(call, [a.slice(0, -2), b.slice(0, -2)]);
  const differ = typeof depth === 'number' && typeof other === 'number' && depth !== other;
  return [batch === undefined || differ ? undefined : [...batch, rows, columns]];
}

/** Multiplies a column by a row: exporters write rotary angles as position × frequency this way. */
function outerProduct(call: Call, output: Output): Elements | undefined {
  const depth = call.inputs[0]?.shape?.at(-1);
  return call.form === 'samples' && depth === 1 ? calculate(multiplication, call.inputs, call, output) : undefined;
}

function gemmShape({ node, inputs }: Call): readonly (Shape | undefined)[] {
  const [a, b] = inputs.map((input) => input?.shape);
  return a?.length === 2 && b?.length === 2
    ? [[a[intAttribute(node, 'transA') === 1 ? 1 : 0], b[intAttribute(node, 'transB') === 1 ? 0 : 1]]]
    : [];
}
