import type { NodeProto, OnnxModel } from '../onnx/index.js';

/** The size of an axis: a number, or a name for one that is only known when the model runs (and is never negative). */
export type Dim = number | string;
export type Dims = readonly Dim[];

/** What rules see of a node. */
export interface NodeShapes {
  readonly model: OnnxModel;
  readonly node: NodeProto;
  /** The shape of an input; undefined if it is not known or not there. */
  dims(input: number): Dims | undefined;
  contents(input: number): readonly Dim[] | undefined;
  /** A name for a size that nothing is known of. */
  unknown(output: number, axis: number): string;
}

/** Longer integer tensors than this are data, not shapes. */
export const longestContents = 64;

/** The number of elements of a shape as a number times names, the names sorted. */
export function product(dims: Dims): { readonly number: number; readonly names: readonly string[] } {
  const names = dims.filter((dim) => typeof dim === 'string').sort();
  return { number: dims.reduce<number>((all, dim) => (typeof dim === 'number' ? all * dim : all), 1), names };
}
