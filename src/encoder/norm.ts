import type { IndexedModel } from '../graph/index.js';
import {
  floatAttribute,
  intAttribute,
  intsAttribute,
  isOp,
  type NodeProto,
  tensorFloats,
  tensorIntegers,
} from '../onnx/index.js';
import { constantOf, maker, original } from './copies.js';
import type { EncoderNorm } from './description.js';
import { isVector } from './linear.js';

export interface NormMatch extends EncoderNorm {
  readonly input: string;
}

/** The LayerNorm over the last axis that makes a value, as one operator or written out; undefined if there is none. */
export function matchNorm(graph: IndexedModel, value: string, width: number): NormMatch | undefined {
  const node = maker(graph, value);
  if (isOp(node, 'LayerNormalization')) {
    const axis = intAttribute(node, 'axis') ?? -1;
    const gamma = constantOf(graph, node.input[1]);
    const beta = node.input[2] ? constantOf(graph, node.input[2]) : undefined;
    const sound = (axis === -1 || axis === 2) && gamma !== undefined && isVector(gamma, width);
    return sound && (!node.input[2] || (beta !== undefined && isVector(beta, width)))
      ? { input: original(graph, node.input[0]), gamma, beta, epsilon: floatAttribute(node, 'epsilon') ?? 1e-5 }
      : undefined;
  }
  if (isOp(node, 'Add')) {
    for (const [scaled, beta] of [node.input, [...node.input].reverse()]) {
      const tensor = constantOf(graph, beta);
      const match = tensor && isVector(tensor, width) ? matchScaled(graph, maker(graph, scaled), width) : undefined;
      if (match !== undefined) {
        return { ...match, beta: tensor };
      }
    }
    return undefined;
  }
  return matchScaled(graph, node, width);
}

/** (x - mean) / sqrt(variance + epsilon) * gamma */
function matchScaled(graph: IndexedModel, node: NodeProto | undefined, width: number): NormMatch | undefined {
  if (!isOp(node, 'Mul')) {
    return undefined;
  }
  for (const [standard, factor] of [node.input, [...node.input].reverse()]) {
    const gamma = constantOf(graph, factor);
    const match = gamma && isVector(gamma, width) ? matchStandard(graph, maker(graph, standard)) : undefined;
    if (gamma !== undefined && match !== undefined) {
      return { ...match, gamma };
    }
  }
  return undefined;
}

function matchStandard(
  graph: IndexedModel,
  node: NodeProto | undefined,
): { input: string; epsilon: number } | undefined {
  if (!isOp(node, 'Div')) {
    return undefined;
  }
  const centred = maker(graph, node.input[0]);
  const root = maker(graph, node.input[1]);
  const sum = isOp(root, 'Sqrt') ? maker(graph, root.input[0]) : undefined;
  if (!isOp(centred, 'Sub') || !isOp(sum, 'Add')) {
    return undefined;
  }
  const input = original(graph, centred.input[0]);
  const mean = lastAxisMean(graph, centred.input[1]);
  for (const [variance, small] of [sum.input, [...sum.input].reverse()]) {
    const epsilon = constantOf(graph, small);
    const squared = lastAxisMean(graph, variance);
    if (epsilon !== undefined && mean === input && squared !== undefined && isSquare(graph, squared, node.input[0])) {
      return { input, epsilon: tensorFloats(graph.model, epsilon)[0] };
    }
  }
  return undefined;
}

/** What a value is the mean of, over the last axis. */
function lastAxisMean(graph: IndexedModel, value: string): string | undefined {
  const node = maker(graph, value);
  if (!isOp(node, 'ReduceMean')) {
    return undefined;
  }
  const tensor = node.input[1] ? constantOf(graph, node.input[1]) : undefined;
  const axes = tensor === undefined ? intsAttribute(node, 'axes') : tensorIntegers(graph.model, tensor);
  return axes?.length === 1 && (axes[0] === -1 || axes[0] === 2) ? original(graph, node.input[0]) : undefined;
}

/** Exporters take the difference twice: the square may be of another, equal one. */
function isSquare(graph: IndexedModel, value: string, base: string): boolean {
  const node = maker(graph, value);
  const same = (other: string) => {
    const [a, b] = [maker(graph, other), maker(graph, base)];
    return (
      a === b || (isOp(a, 'Sub') && isOp(b, 'Sub') && a.input.every((input, i) => sameMean(graph, input, b.input[i])))
    );
  };
  if (isOp(node, 'Pow')) {
    const power = constantOf(graph, node.input[1]);
    return same(node.input[0]) && power !== undefined && exponent(graph, power) === 2;
  }
  return isOp(node, 'Mul') && node.input.every(same);
}

function sameMean(graph: IndexedModel, a: string, b: string): boolean {
  const mean = lastAxisMean(graph, a);
  return original(graph, a) === original(graph, b) || (mean !== undefined && mean === lastAxisMean(graph, b));
}

function exponent(graph: IndexedModel, tensor: Parameters<typeof tensorFloats>[1]): number {
  return [6, 7].includes(tensor.dataType ?? 0)
    ? tensorIntegers(graph.model, tensor)[0]
    : tensorFloats(graph.model, tensor)[0];
}
