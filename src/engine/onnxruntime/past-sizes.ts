import { inferShapes } from '../../graph/index.js';
import { intAttribute, isOp, type OnnxModel, readStructure } from '../../onnx/index.js';
import { isPastInput } from '../../output/index.js';

/**
 * Returns the sizes of inputs for a past that a file leaves open, as its attention asks for them: [heads, width] by the
 * input's name.
 */
export function pastSizes(model: OnnxModel): ReadonlyMap<string, readonly [number, number]> {
  const sizes = new Map<string, readonly [number, number]>();
  const { dims } = inferShapes(model);
  const columnsOf = (value = '') => dims.get(value)?.at(-1);
  for (const node of model.proto.graph.node) {
    const [heads, keyValueHeads] = ['num_heads', 'kv_num_heads'].map((name) => intAttribute(node, name) ?? 0);
    const grouped = isOp(node, 'GroupQueryAttention', 'com.microsoft');
    const [query, key, value] = node.input;
    const columns = grouped
      ? [query, query].map(columnsOf)
      : isOp(node, 'MultiHeadAttention', 'com.microsoft')
        ? [query, value].map(columnsOf)
        : [];
    // Queries, keys and values of groups may stand side by side in one.
    const parts = grouped && !key ? heads + 2 * keyValueHeads : heads;
    for (const [i, name] of node.input.filter(isPastInput).entries()) {
      const width = Number(columns[i]) / parts;
      if (Number.isSafeInteger(width) && width > 0) {
        sizes.set(name, [grouped ? keyValueHeads : heads, width]);
      }
    }
  }
  return sizes;
}

/** Reads a file for {@link pastSizes}: nodes, names and shapes alone. */
export async function readPastSizes(path: string): Promise<ReturnType<typeof pastSizes>> {
  return pastSizes(await readStructure(path));
}
