import type { Weight } from '../../checkpoint/index.js';
import {
  type AttributeValue,
  dataType,
  floatTensor,
  int64Tensor,
  makeNode,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from '../../onnx/index.js';

/** How the data of an initializer are made from stored tensors while the file is written. */
export interface DeferredData {
  readonly weight: Weight;
  /** [inputs × outputs] of a weight that is stored the other way round. */
  readonly transposed: boolean;
  /** Written in half precision. */
  readonly half?: boolean;
}

/** Collects nodes and initializers; names are made as exporters of today make them. */
export class GraphWriter {
  readonly nodes: NodeProto[] = [];
  readonly initializers: TensorProto[] = [];
  /** Data of initializers, by their names, that are made when the file is written. */
  readonly deferred = new Map<string, DeferredData>();
  readonly #names = new Map<string, number>();
  readonly #constants = new Map<string, string>();

  /**
   * Adds a node and gives its output.
   *
   * @param scope path of the module that it belongs to: "encoder.layer.0.attention.self"
   */
  op(
    opType: string,
    scope: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, AttributeValue>> = {},
    output?: string,
  ): string {
    const name = this.#unique(`${scopeName(scope)}/${opType}`);
    const value = output ?? `${name}_output_0`;
    this.nodes.push(makeNode(opType, inputs, [value], { name, attributes }));
    return value;
  }

  /** Adds an initializer of stored numbers. */
  weight(name: string, dims: readonly number[], weight: Weight, transposed = false): string {
    const unique = this.#unique(name);
    this.initializers.push({
      ...{ name: unique, dims, dataType: dataType.float },
      ...{ stringData: [], externalData: [], metadataProps: [] },
    });
    this.deferred.set(unique, { weight, transposed });
    return unique;
  }

  /** Adds an initializer of numbers in memory. */
  floats(name: string, dims: readonly number[], data: Float32Array): string {
    const unique = this.#unique(name);
    this.initializers.push(floatTensor(unique, dims, data));
    return unique;
  }

  /** Adds a number; equal ones stand in the file once. */
  scalar(value: number): string {
    return this.#constant(`float ${value}`, (name) => floatTensor(name, [], Float32Array.of(value)));
  }

  /** Adds whole numbers, a scalar or a list. */
  integers(values: number | readonly number[]): string {
    const list = typeof values === 'number' ? [values] : values;
    const dims = typeof values === 'number' ? [] : [list.length];
    return this.#constant(`int64 ${JSON.stringify(values)}`, (name) => int64Tensor(name, dims, list));
  }

  #constant(key: string, make: (name: string) => TensorProto): string {
    const known = this.#constants.get(key);
    if (known !== undefined) {
      return known;
    }
    const name = `/Constant_${this.#constants.size}`;
    this.#constants.set(key, name);
    this.initializers.push(make(name));
    return name;
  }

  #unique(name: string): string {
    const count = this.#names.get(name) ?? 0;
    this.#names.set(name, count + 1);
    return count === 0 ? name : `${name}_${count}`;
  }
}

/**
 * Returns "/encoder/layer.0/attention/self" of "encoder.layer.0.attention.self": numbers stay with the lists that they
 * count.
 */
function scopeName(path: string): string {
  return path === '' ? '' : `/${path.replace(/\.(?!\d+(\.|$))/g, '/')}`;
}

/** Describes an input or output. Texts name axes, numbers fix them. */
export function valueInfo(name: string, elemType: number, shape: readonly (string | number)[]): ValueInfoProto {
  const dim = shape.map((size) => (typeof size === 'string' ? { dimParam: size } : { dimValue: size }));
  return { name, type: { tensorType: { elemType, shape: { dim } } }, metadataProps: [] };
}
