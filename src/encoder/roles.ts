import { type GraphIndex, indexGraph } from '../graph/index.js';
import { isOp, type NodeProto, type OnnxModel } from '../onnx/index.js';
import { type LinearLayer, linearLayers } from './linear-layers.js';

/** What a linear layer does in an encoder, found by the flow of data, not by names. */
export const layerRoles = ['q', 'k', 'v', 'qkv', 'attention-output', 'ffn-up', 'ffn-down', 'other'] as const;
export type LayerRole = (typeof layerRoles)[number];

/**
 * Assigns a role to every linear layer. Attention is where two computed matrices are multiplied: queries come first,
 * keys second, values second where the first is a softmax; the result flows into the attention's output layer. Of the
 * rest, layers that widen are FFN up (gates included), and layers that narrow are FFN down.
 */
export function rolesOf(model: OnnxModel): ReadonlyMap<NodeProto, LayerRole> {
  const index = indexGraph(model.proto.graph);
  const layers = linearLayers(model);
  const layerNodes = new Set(layers.map(({ node }) => node));
  return new Map(layers.map((layer) => [layer.node, roleOf(layer, index, layerNodes)]));
}

function roleOf(layer: LinearLayer, index: GraphIndex, layerNodes: ReadonlySet<NodeProto>): LayerRole {
  const sides = attentionSides(layer, index, layerNodes);
  if (sides.size > 1) {
    return 'qkv';
  }
  const [side] = sides;
  if (side !== undefined) {
    return side;
  }
  if (comesFromAttention(layer.activation, index)) {
    return 'attention-output';
  }
  if (layer.outputs > layer.inputs) {
    return 'ffn-up';
  }
  return layer.inputs > layer.outputs ? 'ffn-down' : 'other';
}

/** Operators that carry a projection to the attention: bias, heads, scaling, rotary positions, norms of heads. */
const carriers = new Set([
  'Add',
  'Cast',
  'Concat',
  'Div',
  'Expand',
  'Gather',
  'Identity',
  'LayerNormalization',
  'Mul',
  'Neg',
  'Pow',
  'ReduceMean',
  'Reciprocal',
  'Reshape',
  'RMSNormalization',
  'RotaryEmbedding',
  'SimplifiedLayerNormalization',
  'Slice',
  'Split',
  'Sqrt',
  'Squeeze',
  'Sub',
  'Transpose',
  'Unsqueeze',
]);

/** Tells which sides of attention products a layer's output reaches before any other layer, softmax or product. */
function attentionSides(
  layer: LinearLayer,
  index: GraphIndex,
  layerNodes: ReadonlySet<NodeProto>,
): ReadonlySet<'q' | 'k' | 'v'> {
  const sides = new Set<'q' | 'k' | 'v'>();
  const pending = [layer.node.output[0]];
  const seen = new Set(pending);
  // A residual carries outputs through the whole network: what is behind the first layers is another one's business.
  for (let value = pending.pop(); value !== undefined; value = pending.pop()) {
    for (const node of index.consumers.get(value) ?? []) {
      if (layerNodes.has(node)) {
        return new Set();
      }
      if (isAttention(node)) {
        sidesOfAttention(node, value).forEach((side) => void sides.add(side));
      } else if (isProduct(node, index)) {
        const second = node.input[1] === value;
        sides.add(!second ? 'q' : followsSoftmax(node.input[0], index) ? 'v' : 'k');
      } else if (carriers.has(node.opType ?? '')) {
        for (const output of node.output.filter((name) => !seen.has(name))) {
          seen.add(output);
          pending.push(output);
        }
      }
    }
  }
  return sides;
}

/** Tells whether a node is attention as one operator. */
function isAttention(node: NodeProto): boolean {
  return (
    isOp(node, 'Attention') ||
    ['GroupQueryAttention', 'MultiHeadAttention'].some((opType) => isOp(node, opType, 'com.microsoft'))
  );
}

/**
 * Tells which of queries, keys and values an input is: they are the first three inputs, or stand side by side in the
 * first alone.
 */
function sidesOfAttention({ input }: NodeProto, value: string): readonly ('q' | 'k' | 'v')[] {
  const sides = ['q', 'k', 'v'] as const;
  return input[1] ? sides.filter((_, i) => input[i] === value) : sides;
}

function isProduct(node: NodeProto, index: GraphIndex): boolean {
  return isOp(node, 'MatMul') && node.input.every((name) => !index.initializers.has(name));
}

const lookBack = new Set(['Cast', 'Identity', 'Mul', 'Reshape', 'Transpose', 'Where', 'Dropout']);

/** Walks back over reshaping and masking to the node that computed a value. */
function origin(value: string, index: GraphIndex): NodeProto | undefined {
  let node = index.producers.get(value);
  while (node !== undefined && lookBack.has(node.opType ?? '')) {
    // Where(mask, constant, x): the computed one of the last two.
    const inputs = node.opType === 'Where' ? node.input.slice(1) : node.input;
    const next = inputs.find((name) => index.producers.has(name) && !index.initializers.has(name));
    node = next === undefined ? undefined : index.producers.get(next);
  }
  return node;
}

function followsSoftmax(value: string, index: GraphIndex): boolean {
  return isOp(origin(value, index), 'Softmax');
}

function comesFromAttention(value: string, index: GraphIndex): boolean {
  const node = origin(value, index);
  return (
    node !== undefined && (isProduct(node, index) || isAttention(node) || isOp(node, 'Attention', 'com.microsoft'))
  );
}
