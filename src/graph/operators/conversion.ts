import { dataType, intAttribute } from '../../onnx/index.js';
import { isList } from './move-elements.js';
import { type Call, likeInput, type Operators, type Output, shapeOfInput } from './operator.js';
import { type Elements, type HeldElements, heldElements, isFloat } from './value.js';

/** Operators that change the type of elements. */
export const conversionOperators: Operators = {
  Cast: {
    types: (node, ofInput) => [intAttribute(node, 'to') ?? ofInput(0)],
    shapes: shapeOfInput(0),
    elements: cast,
    folds: true,
  },
  CastLike: { types: likeInput(1), shapes: shapeOfInput(0) },
};

function cast({ form, inputs: [x] }: Call, { type }: Output): Elements | undefined {
  const elements = heldElements(x);
  if (elements === undefined) {
    return undefined;
  }
  switch (form) {
    case 'sizes':
      return type === dataType.int64 || type === dataType.int32 ? elements : undefined;
    case 'samples':
      return elements instanceof Float64Array ? castSamples(elements, x?.type, type) : undefined;
    case 'exact':
      return castExactly(elements, x?.type, type);
  }
}

function castSamples(samples: Float64Array, from: number | undefined, to: number | undefined): Elements {
  const [before, after] = [kindOf(from), kindOf(to)];
  if (before === after || after === 'float') {
    return samples;
  }
  return Float64Array.from(samples, after === 'bool' ? (x) => Number(x !== 0) : Math.trunc);
}

function kindOf(type: number | undefined): 'bool' | 'float' | 'integer' {
  return type === dataType.bool ? 'bool' : isFloat(type) ? 'float' : 'integer';
}

/** Casts float, double, int32, int64 and bool to float, double, int32 and int64, but not floats to integers. */
function castExactly(elements: HeldElements, from: number | undefined, to: number | undefined): Elements | undefined {
  const integers =
    elements instanceof BigInt64Array || elements instanceof Int32Array || from === dataType.bool
      ? elements
      : undefined;
  const numbers =
    integers ?? (elements instanceof Float32Array || elements instanceof Float64Array ? elements : undefined);
  if (numbers === undefined || isList(numbers)) {
    return undefined;
  }
  const each = numbers as ArrayLike<number | bigint>;
  switch (to) {
    case dataType.float:
      return Float32Array.from(each, Number);
    case dataType.double:
      return Float64Array.from(each, Number);
    case dataType.int32:
      return integers && Int32Array.from(each, (integer) => Number(BigInt.asIntN(32, BigInt(integer))));
    case dataType.int64:
      return integers && BigInt64Array.from(each, BigInt);
  }
  return undefined;
}
