import {
  floatAttribute,
  intAttribute,
  intsAttribute,
  isOp,
  type NodeProto,
  normalDomain,
  type TensorProto,
  tensorFloats,
  tensorIntegers,
} from '../onnx/index.js';
import { constantOf, isVector, maker, original } from './copies.js';
import type { EncoderNorm } from './description.js';
import type { Prober } from './probe.js';

export interface NormMatch extends EncoderNorm {
  readonly input: string;
  /** Numbers that are normed together: those of the last axis. */
  readonly width: number;
}

/**
 * Finds the LayerNorm or RMSNorm over the last axis that makes a value, as one operator or written out. Returns
 * undefined if there is none.
 */
export function matchNorm(prober: Prober, value: string): NormMatch | undefined {
  const { shape = [] } = prober.evaluate(value) ?? {};
  const width = shape.at(-1);
  const match = width === undefined ? undefined : new NormMatcher(prober, shape.length, width).match(value);
  return match && width !== undefined ? { ...match, width } : undefined;
}

type Match = Omit<NormMatch, 'width'>;
/** What is left of a norm when its gamma and beta are taken off. */
type Standard = Pick<Match, 'input' | 'epsilon' | 'rms'>;

const rmsOperators: readonly (string | undefined)[] = ['RMSNormalization', 'SimplifiedLayerNormalization'];

class NormMatcher {
  readonly #prober: Prober;
  readonly #rank: number;
  readonly #width: number;

  constructor(prober: Prober, rank: number, width: number) {
    this.#prober = prober;
    this.#rank = rank;
    this.#width = width;
  }

  match(value: string): Match | undefined {
    const node = maker(this.#prober, value);
    const domain = normalDomain(node?.domain);
    const rms = rmsOperators.includes(node?.opType) && (domain === '' || domain === 'com.microsoft');
    if (node !== undefined && (rms || isOp(node, 'LayerNormalization'))) {
      return this.#operator(node, rms);
    }
    if (isOp(node, 'Add')) {
      for (const [scaled, beta] of bothOrders(node)) {
        const tensor = this.#vector(beta);
        const match = tensor && this.#scaled(maker(this.#prober, scaled));
        if (match !== undefined) {
          return { ...match, beta: tensor };
        }
      }
      return undefined;
    }
    return this.#scaled(node);
  }

  #operator(node: NodeProto, rms: boolean): Match | undefined {
    const gamma = this.#vector(node.input[1]);
    const beta = node.input[2] ? this.#vector(node.input[2]) : undefined;
    if (!this.#isLast(intAttribute(node, 'axis') ?? -1) || gamma === undefined || (node.input[2] && !beta)) {
      return undefined;
    }
    return {
      input: original(this.#prober, node.input[0]),
      ...{ gamma, beta, rms },
      epsilon: floatAttribute(node, 'epsilon') ?? 1e-5,
    };
  }

  /** Matches (x - mean) / sqrt(variance + epsilon) * gamma, or the same without the mean. */
  #scaled(node: NodeProto | undefined): Match | undefined {
    if (!isOp(node, 'Mul')) {
      return undefined;
    }
    for (const [standard, factor] of bothOrders(node)) {
      const gamma = this.#vector(factor);
      const match = gamma && this.#standard(maker(this.#prober, standard));
      if (gamma !== undefined && match !== undefined) {
        return { ...match, gamma };
      }
    }
    return undefined;
  }

  /** Matches x / sqrt(…), or x * (1 / sqrt(…)). */
  #standard(node: NodeProto | undefined): Standard | undefined {
    if (isOp(node, 'Div')) {
      return this.#byRoot(node.input[0], node.input[1]);
    }
    if (isOp(node, 'Mul')) {
      for (const [base, inverse] of bothOrders(node)) {
        const root = this.#inverted(inverse);
        const match = root === undefined ? undefined : this.#byRoot(base, root);
        if (match !== undefined) {
          return match;
        }
      }
    }
    return undefined;
  }

  /** Returns the value whose reciprocal a value is. */
  #inverted(value: string): string | undefined {
    const node = maker(this.#prober, value);
    if (isOp(node, 'Reciprocal')) {
      return node.input[0];
    }
    return isOp(node, 'Div') && this.#number(node.input[0]) === 1 ? node.input[1] : undefined;
  }

  #byRoot(base: string, denominator: string): Standard | undefined {
    const root = maker(this.#prober, denominator);
    const sum = isOp(root, 'Sqrt') ? maker(this.#prober, root.input[0]) : undefined;
    if (!isOp(sum, 'Add')) {
      return undefined;
    }
    const centred = maker(this.#prober, base);
    const mean = isOp(centred, 'Sub') ? this.#mean(centred.input[1]) : undefined;
    for (const [variance, small] of bothOrders(sum)) {
      const epsilon = this.#number(small);
      const squared = this.#mean(variance);
      if (epsilon === undefined || squared === undefined || !this.#isSquare(squared, base)) {
        continue;
      }
      const input = original(this.#prober, isOp(centred, 'Sub') ? centred.input[0] : base);
      if (mean === undefined || mean === input) {
        return mean === undefined
          ? { input: original(this.#prober, base), epsilon, rms: true }
          : { input, epsilon, rms: false };
      }
    }
    return undefined;
  }

  /** Returns the value whose mean over the last axis a value is. */
  #mean(value: string): string | undefined {
    const node = maker(this.#prober, value);
    if (!isOp(node, 'ReduceMean')) {
      return undefined;
    }
    const tensor = node.input[1] ? constantOf(this.#prober, node.input[1]) : undefined;
    const axes = tensor === undefined ? intsAttribute(node, 'axes') : tensorIntegers(this.#prober.model, tensor);
    return axes?.length === 1 && this.#isLast(axes[0]) ? original(this.#prober, node.input[0]) : undefined;
  }

  /**
   * Tells whether a value is the square of `base`. Exporters compute the difference twice: the square may be of
   * another, equal one.
   */
  #isSquare(value: string, base: string): boolean {
    const node = maker(this.#prober, value);
    const same = (other: string) => {
      const [a, b] = [maker(this.#prober, other), maker(this.#prober, base)];
      return (
        original(this.#prober, other) === original(this.#prober, base) ||
        (isOp(a, 'Sub') && isOp(b, 'Sub') && a.input.every((input, i) => this.#sameMean(input, b.input[i])))
      );
    };
    if (isOp(node, 'Pow')) {
      return same(node.input[0]) && this.#number(node.input[1]) === 2;
    }
    return isOp(node, 'Mul') && node.input.every(same);
  }

  #sameMean(a: string, b: string): boolean {
    const mean = this.#mean(a);
    return original(this.#prober, a) === original(this.#prober, b) || (mean !== undefined && mean === this.#mean(b));
  }

  #isLast(axis: number): boolean {
    return axis === -1 || axis === this.#rank - 1;
  }

  #vector(value: string): TensorProto | undefined {
    const tensor = constantOf(this.#prober, value);
    return tensor !== undefined && isVector(tensor, this.#width) ? tensor : undefined;
  }

  /** Reads a constant of one element as a number. */
  #number(value: string): number | undefined {
    const tensor = constantOf(this.#prober, value);
    if (tensor === undefined || tensor.dims.some((dim) => dim !== 1)) {
      return undefined;
    }
    const { model } = this.#prober;
    return [6, 7].includes(tensor.dataType ?? 0) ? tensorIntegers(model, tensor)[0] : tensorFloats(model, tensor)[0];
  }
}

function bothOrders(node: NodeProto): (readonly string[])[] {
  return [node.input, [...node.input].reverse()];
}
