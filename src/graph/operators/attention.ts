import { intAttribute } from '../../onnx/index.js';
import { type Call, type Operators, shapeOfInput } from './operator.js';
import type { Shape } from './value.js';

/** Attention and positions as operators of the standard, from opset 23 on. */
export const attentionOperators: Operators = {
  Attention: { shapes: shapeOfContext },
  RotaryEmbedding: { shapes: shapeOfInput(0) },
};

/** Returns the shape of attention's result: as long as the queries, each head as wide as those of the values. */
function shapeOfContext({ node, inputs }: Call): readonly (Shape | undefined)[] {
  const [query, , value] = inputs.map((input) => input?.shape);
  const last = value?.at(-1);
  if (query?.length !== 3 || typeof last !== 'number') {
    return [last === undefined ? undefined : query?.with(-1, last)];
  }
  const [heads, keyValueHeads] = ['q_num_heads', 'kv_num_heads'].map((name) => intAttribute(node, name) ?? 1);
  return [query.with(-1, (last / keyValueHeads) * heads)];
}
