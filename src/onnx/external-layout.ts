import { bitsPerElement } from './element-types.js';
import { dataLocationExternal } from './external-data.js';
import type { ModelProto, TensorProto } from './messages.js';
import { type OnnxModel, withGraph } from './model.js';
import { tensorByteLength } from './tensor.js';

/** Smaller tensors stay inside the model file, where shape inference and people can see them. */
const outsideFrom = 1024;
/** Run times map external data into memory, which wants offsets on page boundaries. */
const pageBytes = 4096;

/** An initializer whose data go to the external file. */
export interface MovedTensor {
  /** As it stands in the source. */
  readonly before: TensorProto;
  /** As it stands in the model file that is written. */
  readonly after: TensorProto;
  /** Where its data begin in the external file, and how many bytes they are. */
  readonly offset: number;
  readonly length: number;
}

/**
 * Plans where the data of the main graph's initializers lie in one external file. Tensors elsewhere (attributes,
 * subgraphs, functions) stay inside: they are small, and not every run time looks for their data outside.
 *
 * @param location what the model file calls the external file
 */
export function moveOut(
  model: OnnxModel,
  location: string,
): { readonly proto: ModelProto; readonly moved: readonly MovedTensor[] } {
  const moved: MovedTensor[] = [];
  let end = 0;
  const initializer = model.proto.graph.initializer.map((before) => {
    // Neither strings nor types of the future can be outside.
    if (bitsPerElement(before.dataType ?? 0) === undefined) {
      return before;
    }
    const length = tensorByteLength(model, before);
    if (length < outsideFrom) {
      return before;
    }
    const offset = Math.ceil(end / pageBytes) * pageBytes;
    const after = outsideTensor(before, location, offset, length);
    moved.push({ before, after, offset, length });
    end = offset + length;
    return after;
  });
  return { proto: withGraph(model, { ...model.proto.graph, initializer }).proto, moved };
}

const noData = {
  rawData: undefined,
  floatData: undefined,
  int32Data: undefined,
  int64Data: undefined,
  doubleData: undefined,
  uint64Data: undefined,
} as const;

export function outsideTensor(tensor: TensorProto, location: string, offset: number, length: number): TensorProto {
  const externalData = Object.entries({ location, offset: `${offset}`, length: `${length}` });
  return {
    ...tensor,
    ...noData,
    dataLocation: dataLocationExternal,
    externalData: externalData.map(([key, value]) => ({ key, value })),
  };
}

/** Returns the tensor with its data inside. */
export function insideTensor(tensor: TensorProto, rawData: Uint8Array): TensorProto {
  return { ...tensor, ...noData, externalData: [], dataLocation: undefined, rawData };
}
