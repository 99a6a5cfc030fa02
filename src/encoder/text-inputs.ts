import { shortened } from '../base/index.js';
import type { Sample } from '../graph/index.js';
import { dataType, type GraphProto } from '../onnx/index.js';
import { type InputRole, inputRoles } from '../output/index.js';
import { require } from './unrecognised.js';

/**
 * What a model is given for one text without padding. Roles of inputs are those of their names, as with ONNX Runtime:
 * a mask and token types look the same in the graph as long as nothing pads.
 *
 * @param idAt the token id at a place
 * @throws Unrecognised for inputs of other names
 */
export function textInputs(graph: GraphProto, tokens: number, idAt: (place: number) => number): Map<string, Sample> {
  const numbers: Readonly<Record<InputRole, (place: number) => number>> = {
    ids: idAt,
    mask: () => 1,
    types: () => 0,
    positions: (place) => place,
  };
  return new Map(
    inputsOf(graph).map((name) => {
      const role = inputRoles.get(name);
      require(role !== undefined, `it asks for the input ${shortened(name)}`);
      const data = Float64Array.from({ length: tokens }, (_, place) => numbers[role](place));
      return [name, { shape: [1, tokens], type: dataType.int64, data }];
    }),
  );
}

/** Old files list their initializers as inputs, too. */
function inputsOf(graph: GraphProto): string[] {
  const initializers = new Set(graph.initializer.map(({ name }) => name));
  return graph.input.flatMap(({ name = '' }) => (initializers.has(name) ? [] : [name]));
}
