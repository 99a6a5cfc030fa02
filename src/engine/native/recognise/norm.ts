import {
  floatAttribute,
  intAttribute,
  intsAttribute,
  type NodeProto,
  tensorFloats,
  tensorIntegers,
} from '../../../onnx/index.js';
import type { NormRole } from './description.js';
import { constantOf, type GraphView, isA, maker, original } from './graph-view.js';
import { isVector } from './linear.js';

export interface NormMatch extends NormRole {
  readonly input: string;
}

/** The LayerNorm over the last axis that makes a value, as one operator or written out; undefined if there is none. */
export function matchNorm(view: GraphView, value: string, width: number): NormMatch | undefined {
  const node = maker(view, value);
  if (isA(node, 'LayerNormalization')) {
    const axis = intAttribute(node, 'axis') ?? -1;
    const gamma = constantOf(view, node.input[1]);
    const beta = node.input[2] ? constantOf(view, node.input[2]) : undefined;
    const sound = (axis === -1 || axis === 2) && gamma !== undefined && isVector(gamma, width);
    return sound && (!node.input[2] || (beta !== undefined && isVector(beta, width)))
      ? { input: original(view, node.input[0]), gamma, beta, epsilon: floatAttribute(node, 'epsilon') ?? 1e-5 }
      : undefined;
  }
  if (isA(node, 'Add')) {
    for (const [scaled, beta] of [node.input, [...node.input].reverse()]) {
      const tensor = constantOf(view, beta);
      const match = tensor && isVector(tensor, width) ? matchScaled(view, maker(view, scaled), width) : undefined;
      if (match !== undefined) {
        return { ...match, beta: tensor };
      }
    }
    return undefined;
  }
  return matchScaled(view, node, width);
}

/** (x - mean) / sqrt(variance + epsilon) * gamma */
function matchScaled(view: GraphView, node: NodeProto | undefined, width: number): NormMatch | undefined {
  if (!isA(node, 'Mul')) {
    return undefined;
  }
  for (const [standard, factor] of [node.input, [...node.input].reverse()]) {
    const gamma = constantOf(view, factor);
    const match = gamma && isVector(gamma, width) ? matchStandard(view, maker(view, standard)) : undefined;
    if (gamma !== undefined && match !== undefined) {
      return { ...match, gamma };
    }
  }
  return undefined;
}

function matchStandard(view: GraphView, node: NodeProto | undefined): { input: string; epsilon: number } | undefined {
  if (!isA(node, 'Div')) {
    return undefined;
  }
  const centred = maker(view, node.input[0]);
  const root = maker(view, node.input[1]);
  const sum = isA(root, 'Sqrt') ? maker(view, root.input[0]) : undefined;
  if (!isA(centred, 'Sub') || !isA(sum, 'Add')) {
    return undefined;
  }
  const input = original(view, centred.input[0]);
  const mean = lastAxisMean(view, centred.input[1]);
  for (const [variance, small] of [sum.input, [...sum.input].reverse()]) {
    const epsilon = constantOf(view, small);
    const squared = lastAxisMean(view, variance);
    if (epsilon !== undefined && mean === input && squared !== undefined && isSquare(view, squared, node.input[0])) {
      return { input, epsilon: tensorFloats(view.model, epsilon)[0] };
    }
  }
  return undefined;
}

/** What a value is the mean of, over the last axis. */
function lastAxisMean(view: GraphView, value: string): string | undefined {
  const node = maker(view, value);
  if (!isA(node, 'ReduceMean')) {
    return undefined;
  }
  const tensor = node.input[1] ? constantOf(view, node.input[1]) : undefined;
  const axes = tensor === undefined ? intsAttribute(node, 'axes') : tensorIntegers(view.model, tensor);
  return axes?.length === 1 && (axes[0] === -1 || axes[0] === 2) ? original(view, node.input[0]) : undefined;
}

/** Exporters take the difference twice: the square may be of another, equal one. */
function isSquare(view: GraphView, value: string, base: string): boolean {
  const node = maker(view, value);
  const same = (other: string) => {
    const [a, b] = [maker(view, other), maker(view, base)];
    return (
      a === b || (isA(a, 'Sub') && isA(b, 'Sub') && a.input.every((input, i) => sameMean(view, input, b.input[i])))
    );
  };
  if (isA(node, 'Pow')) {
    const power = constantOf(view, node.input[1]);
    return same(node.input[0]) && power !== undefined && exponent(view, power) === 2;
  }
  return isA(node, 'Mul') && node.input.every(same);
}

function sameMean(view: GraphView, a: string, b: string): boolean {
  const mean = lastAxisMean(view, a);
  return original(view, a) === original(view, b) || (mean !== undefined && mean === lastAxisMean(view, b));
}

function exponent(view: GraphView, tensor: Parameters<typeof tensorFloats>[1]): number {
  return [6, 7].includes(tensor.dataType ?? 0)
    ? tensorIntegers(view.model, tensor)[0]
    : tensorFloats(view.model, tensor)[0];
}
