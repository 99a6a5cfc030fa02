import { dataType, intAttribute } from '../../onnx/index.js';
import { always, type Call, likeInput, type Operator, type Operators, shapeOfInput } from './operator.js';
import type { Shape } from './value.js';

const likeFirst: Operator = { shapes: shapeOfInput(0) };

/** Operators of ONNX Runtime (com.microsoft). */
export const microsoftOperators: Operators = {
  BiasGelu: likeFirst,
  EmbedLayerNormalization: { types: (_, ofInput) => [ofInput(2), dataType.int32, ofInput(2)] },
  FastGelu: likeFirst,
  GatherBlockQuantized: { types: likeInput(2), shapes: blockRows },
  Gelu: likeFirst,
  MatMulIntegerToFloat: { types: likeInput(2) },
  MatMulNBits: {
    shapes: ({ node, inputs }) => {
      const columns = intAttribute(node, 'N');
      return [columns === undefined ? undefined : inputs[0]?.shape?.with(-1, columns)];
    },
  },
  QAttention: { types: likeInput(3) },
  QEmbedLayerNormalization: { types: always(dataType.float, dataType.int32) },
  QuickGelu: likeFirst,
  SkipLayerNormalization: likeFirst,
  SkipSimplifiedLayerNormalization: likeFirst,
};

/** Rows of a table whose codes have fewer than 8 bits each. */
function blockRows({ node, inputs: [codes, indices] }: Call): readonly (Shape | undefined)[] {
  const bytes = codes?.shape?.at(-1);
  const bits = intAttribute(node, 'bits') ?? 4;
  return [indices?.shape && typeof bytes === 'number' ? [...indices.shape, (bytes * 8) / bits] : undefined];
}
