import { floatAttribute, intAttribute, isOp, type NodeProto } from '../onnx/index.js';

/** y = x W (+ b), or y = x Wᵀ (+ b), as one node writes it. All are names of values. */
export interface MatrixProduct {
  readonly input: string;
  readonly weight: string;
  /** Whether W is multiplied as its transpose (Gemm with transB): a layer's weight is then stored as [outputs × inputs]. */
  readonly transposed: boolean;
  /** Of a Gemm. A MatMul's bias is an Add of its own. */
  readonly bias?: string;
}

/** Reads a MatMul or a Gemm; undefined for any other node, and for a Gemm that transposes x or scales the product or b. */
export function readProduct(node: NodeProto | undefined): MatrixProduct | undefined {
  if (node === undefined || !(isOp(node, 'MatMul') || isOp(node, 'Gemm'))) {
    return undefined;
  }
  const [input, weight, bias] = node.input;
  if (isOp(node, 'MatMul')) {
    return { input, weight, transposed: false };
  }
  const factor = (name: string) => floatAttribute(node, name) ?? 1;
  const isPlain = (intAttribute(node, 'transA') ?? 0) === 0 && factor('alpha') === 1 && (!bias || factor('beta') === 1);
  const transposed = intAttribute(node, 'transB') === 1;
  return isPlain ? { input, weight, transposed, bias: bias || undefined } : undefined;
}
