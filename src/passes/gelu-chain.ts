import { constantScalar, GraphEditor, type GraphIndex, removeDeadNodes, soleConsumer } from '../graph/index.js';
import { floatTensor, isOp, makeNode, type NodeProto, type OnnxModel } from '../onnx/index.js';

/**
 * Writes every exact GELU, x · ½ · (1 + erf(x / √2)), in the one order and with the one √2 in which ONNX Runtime knows
 * it and computes it in one operator: Div, Erf, Add, Mul, Mul. Exports write the factors in other orders, and a √2 that
 * has been in half precision (1.4140625) is none to ONNX Runtime, which then takes five operators and four times as
 * long.
 */
export function straightenGelu(model: OnnxModel): OnnxModel {
  const editor = new GraphEditor(model);
  for (const node of model.proto.graph.node) {
    const match = isOp(node, 'Erf') ? matchGelu(node, editor.index, model) : undefined;
    if (match !== undefined && !isStraight(match)) {
      writeGelu(editor, match);
    }
  }
  return removeDeadNodes(editor.finish());
}

interface GeluMatch {
  readonly input: string;
  /** Of a Div by √2; undefined if it is a Mul. */
  readonly divisor?: number;
  readonly erf: NodeProto;
  /** The nodes that follow the Erf, in their order; the last one gives the GELU. */
  readonly chain: readonly NodeProto[];
  /** Whether x comes into the chain before ½ does. */
  readonly inputFirst: boolean;
}

/** Factors of a GELU that has been in half precision are off by 2⁻¹¹ at most. */
const tolerance = 2 ** -11;

function matchGelu(erf: NodeProto, index: GraphIndex, model: OnnxModel): GeluMatch | undefined {
  const constant = (name: string): number | undefined => constantScalar(name, index, model);
  const root = index.producers.get(erf.input[0]);
  const scaled = root && rootFactor(root, constant);
  const sum = soleConsumer(index, erf.output[0]);
  if (
    root === undefined ||
    scaled === undefined ||
    sum === undefined ||
    otherOperand(sum, 'Add', erf, constant) !== 1
  ) {
    return undefined;
  }
  const { input, divisor } = scaled;
  const first = soleConsumer(index, sum.output[0]);
  const second = first && soleConsumer(index, first.output[0]);
  if (first === undefined || !isOp(first, 'Mul')) {
    return undefined;
  }
  const partner = otherInput(first, sum);
  // (x · ½) · (1 + erf)
  const halved = index.producers.get(partner);
  if (halved !== undefined && isHalfOf(halved, input, constant)) {
    return { input, divisor, erf, chain: [sum, first], inputFirst: false };
  }
  if (second === undefined || !isOp(second, 'Mul')) {
    return undefined;
  }
  const last = otherInput(second, first);
  if (partner === input && constant(last) === 0.5) {
    return { input, divisor, erf, chain: [sum, first, second], inputFirst: true };
  }
  if (constant(partner) === 0.5 && last === input) {
    return { input, divisor, erf, chain: [sum, first, second], inputFirst: false };
  }
  return undefined;
}

type ConstantOf = (name: string) => number | undefined;

/** Returns x and √2 of x / √2, also where it is written as x · √½. */
function rootFactor(node: NodeProto, constant: ConstantOf): { input: string; divisor?: number } | undefined {
  const [left, right] = node.input;
  if (isOp(node, 'Div')) {
    const divisor = constant(right);
    return isNear(divisor, Math.SQRT2) ? { input: left, divisor } : undefined;
  }
  if (isOp(node, 'Mul')) {
    const input = [left, right].find((_, i) => isNear(constant(node.input[1 - i]), Math.SQRT1_2));
    return input === undefined ? undefined : { input };
  }
  return undefined;
}

function isNear(value: number | undefined, expected: number): boolean {
  return value !== undefined && Math.abs(value / expected - 1) <= tolerance;
}

function isHalfOf(node: NodeProto, input: string, constant: ConstantOf): boolean {
  const [left, right] = node.input;
  return (
    isOp(node, 'Mul') && ((left === input && constant(right) === 0.5) || (right === input && constant(left) === 0.5))
  );
}

function otherInput(node: NodeProto, { output }: NodeProto): string {
  return node.input[node.input[0] === output[0] ? 1 : 0];
}

function otherOperand(node: NodeProto, opType: string, from: NodeProto, constant: ConstantOf): number | undefined {
  return isOp(node, opType) ? constant(otherInput(node, from)) : undefined;
}

function isStraight({ divisor, inputFirst }: GeluMatch): boolean {
  return inputFirst && divisor === Math.fround(Math.SQRT2);
}

function writeGelu(editor: GraphEditor, { input, erf, chain }: GeluMatch): void {
  const last = chain[chain.length - 1];
  const [output] = last.output;
  const name = (suffix: string): string => editor.uniqueName(`${output}_${suffix}`);
  const scalar = (suffix: string, value: number): string =>
    editor.setInitializer(floatTensor(name(suffix), [], Float32Array.of(value)));
  const [divided, error, shifted, product] = ['divided', 'erf', 'shifted', 'product'].map(name);
  editor.replace(erf);
  editor.replace(
    last,
    makeNode('Div', [input, scalar('root_of_two', Math.SQRT2)], [divided]),
    makeNode('Erf', [divided], [error], { name: erf.name }),
    makeNode('Add', [error, scalar('one', 1)], [shifted]),
    makeNode('Mul', [input, shifted], [product]),
    makeNode('Mul', [product, scalar('half', 0.5)], [output], { name: last.name }),
  );
}
