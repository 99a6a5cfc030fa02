import { dataType, intAttribute } from '../../onnx/index.js';
import { always, likeInput, type Operators, type TypeRule } from './operator.js';

/** Takes the type that an attribute names, else `otherwise`, else that of the first input. */
const named =
  (name: string, otherwise?: number): TypeRule =>
  (node, ofInput) => [intAttribute(node, name) ?? otherwise ?? ofInput(0)];

const int64 = always(dataType.int64);
const valuesAndIndices: TypeRule = (_, ofInput) => [ofInput(0), dataType.int64];

/** Operators of which nothing is known but the type of what they give. */
export const typedOperators: Operators = {
  ArgMax: { types: int64 },
  ArgMin: { types: int64 },
  Bernoulli: { types: named('dtype') },
  EyeLike: { types: named('dtype') },
  MaxPool: { types: valuesAndIndices },
  Multinomial: { types: named('dtype', dataType.int32) },
  NonMaxSuppression: { types: int64 },
  NonZero: { types: int64 },
  OneHot: { types: likeInput(2) },
  RandomNormal: { types: named('dtype', dataType.float) },
  RandomNormalLike: { types: named('dtype') },
  RandomUniform: { types: named('dtype', dataType.float) },
  RandomUniformLike: { types: named('dtype') },
  TopK: { types: valuesAndIndices },
  Unique: { types: valuesAndIndices },
};
