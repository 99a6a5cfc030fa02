import { dataType, intAttribute, intsAttribute } from '../../onnx/index.js';
import { always, type Call, likeInput, type Operator, type Operators, shapeOfInput } from './operator.js';
import type { Shape } from './value.js';

const likeFirst: Operator = { shapes: shapeOfInput(0) };

/** Operators of ONNX Runtime (com.microsoft). */
export const microsoftOperators: Operators = {
  Attention: { shapes: packedContext },
  BiasGelu: likeFirst,
  EmbedLayerNormalization: { types: (_, ofInput) => [ofInput(2), dataType.int32, ofInput(2)], shapes: embedded },
  FastGelu: likeFirst,
  GatherBlockQuantized: { types: likeInput(2), shapes: blockRows },
  Gelu: likeFirst,
  GroupQueryAttention: { shapes: groupedContext },
  MatMulIntegerToFloat: { types: likeInput(2) },
  MatMulNBits: {
    shapes: ({ node, inputs }) => {
      const columns = intAttribute(node, 'N');
      return [columns === undefined ? undefined : inputs[0]?.shape?.with(-1, columns)];
    },
  },
  MultiHeadAttention: { shapes: shapeOfContext },
  QAttention: { types: likeInput(3) },
  QEmbedLayerNormalization: { types: always(dataType.float, dataType.int32) },
  QuickGelu: likeFirst,
  RotaryEmbedding: likeFirst,
  SkipLayerNormalization: { shapes: withSum },
  SkipSimplifiedLayerNormalization: { shapes: withSum },
};

/** Returns the shapes of a norm of sums, whose fourth output is the sum before the norm. */
function withSum({ inputs }: Call): readonly (Shape | undefined)[] {
  const shape = inputs[0]?.shape;
  return [shape, undefined, undefined, shape];
}

/** Returns the shapes of hidden states, of the token counts of texts, and of hidden states before the norm. */
function embedded({ inputs }: Call): readonly (Shape | undefined)[] {
  const [ids, width] = [inputs[0]?.shape, inputs[2]?.shape?.[1]];
  const states = ids && width !== undefined ? [...ids, width] : undefined;
  return [states, ids?.slice(0, 1), states];
}

/**
 * Returns the shape of Attention's result: queries, keys and values are projected inside, values perhaps to another
 * width.
 */
function packedContext({ node, inputs }: Call): readonly (Shape | undefined)[] {
  const columns = inputs[1]?.shape?.[1];
  const width = intsAttribute(node, 'qkv_hidden_sizes')?.[2] ?? (typeof columns === 'number' ? columns / 3 : undefined);
  return [width === undefined ? undefined : inputs[0]?.shape?.with(-1, width)];
}

/**
 * Returns the shape of GroupQueryAttention's result: as wide as the queries. Queries, keys and values may stand in one
 * input.
 */
function groupedContext({ node, inputs }: Call): readonly (Shape | undefined)[] {
  const query = inputs[0]?.shape;
  const last = query?.at(-1);
  if (node.input[1] || typeof last !== 'number') {
    return [node.input[1] ? query : undefined];
  }
  const [heads, keyValueHeads] = ['num_heads', 'kv_num_heads'].map((name) => intAttribute(node, name) ?? 0);
  return [query?.with(-1, (last / (heads + 2 * keyValueHeads)) * heads)];
}

/**
 * Returns the shape of MultiHeadAttention's result: as long as the queries and as wide as the values, whose heads may
 * stand before their tokens.
 */
function shapeOfContext({ node, inputs: [query, , value] }: Call): readonly (Shape | undefined)[] {
  const [last, rank] = [value?.shape?.at(-1), value?.shape?.length];
  const heads = rank === 4 ? (intAttribute(node, 'num_heads') ?? 0) : 1;
  return [query?.shape?.length === 3 && typeof last === 'number' ? query.shape.with(-1, last * heads) : undefined];
}

/** Returns the shape of rows looked up in a table whose codes have fewer than 8 bits each. */
function blockRows({ node, inputs: [codes, indices] }: Call): readonly (Shape | undefined)[] {
  const bytes = codes?.shape?.at(-1);
  const bits = intAttribute(node, 'bits') ?? 4;
  return [indices?.shape && typeof bytes === 'number' ? [...indices.shape, (bytes * 8) / bits] : undefined];
}
