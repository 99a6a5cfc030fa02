import { type IndexedModel, operatorOf } from '../graph/index.js';
import { isOp, type NodeProto, normalDomain } from '../onnx/index.js';
import { whyFused } from '../passes/index.js';

/**
 * Lists the operators that values depend on and that recognition does not know, nearest first:
 * "com.microsoft.QAttention". Where one could be written out in others but for an option, the option follows its name.
 */
export function unknownOperators({ model, index }: IndexedModel, values: readonly string[]): readonly string[] {
  const reached = new Set(values);
  const unknown = new Set<string>();
  // What is added to a set while it is walked is walked, too.
  for (const value of reached) {
    const node = index.initializers.get(value) === undefined ? index.producers.get(value) : undefined;
    if (node !== undefined && !isKnown(node)) {
      const reason = whyFused(model, node);
      unknown.add(reason === undefined ? nameOf(node) : `${nameOf(node)} (${reason})`);
    }
    for (const input of node?.input ?? []) {
      reached.add(input);
    }
  }
  return [...unknown];
}

function nameOf({ domain, opType = 'unnamed' }: NodeProto): string {
  const known = normalDomain(domain);
  return known === '' ? opType : `${known}.${opType}`;
}

/** Operators that parts of an encoder are recognised by, though their results are not worked out. */
const recognised = [
  'DequantizeLinear',
  'DynamicQuantizeLinear',
  'Gemm',
  'LayerNormalization',
  'MatMulInteger',
  'QuantizeLinear',
  'Softmax',
];
const recognisedOfMicrosoft = ['GatherBlockQuantized', 'MatMulNBits'];

function isKnown(node: NodeProto): boolean {
  return (
    operatorOf(node)?.elements !== undefined ||
    recognised.some((opType) => isOp(node, opType)) ||
    recognisedOfMicrosoft.some((opType) => isOp(node, opType, 'com.microsoft'))
  );
}
