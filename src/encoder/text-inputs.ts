import { shortened } from '../base/index.js';
import type { Sample } from '../graph/index.js';
import { dataType, type GraphProto, type ValueInfoProto } from '../onnx/index.js';
import { declaredSizes, emptyPast, inputRole, type TextRole } from '../output/index.js';
import { require } from './unrecognised.js';

/**
 * Makes a model's inputs for one text without padding. The role of an input follows from its name, as with ONNX
 * Runtime: a mask and token types look the same in the graph as long as nothing is padded.
 *
 * @param idAt the token id at a place
 * @throws Unrecognised for inputs of other names
 */
export function textInputs(graph: GraphProto, tokens: number, idAt: (place: number) => number): Map<string, Sample> {
  const numbers: Readonly<Record<TextRole, (place: number) => number>> = {
    ids: idAt,
    mask: () => 1,
    types: () => 0,
    positions: (place) => place,
  };
  return new Map(
    inputsOf(graph).flatMap((input): (readonly [string, Sample])[] => {
      const { name = '' } = input;
      const role = inputRole(name);
      require(role !== undefined, `it asks for the input ${shortened(name)}`);
      if (role === 'past') {
        // Where its sizes are left open, what depends on it is not known; attention that is one operator does not.
        const shape = emptyPast(declaredSizes(input), 1);
        return shape === undefined ? [] : [[name, { shape, type: dataType.float, data: new Float64Array() }]];
      }
      const data = Float64Array.from({ length: tokens }, (_, place) => numbers[role](place));
      return [[name, { shape: [1, tokens], type: dataType.int64, data }]];
    }),
  );
}

/** Lists the inputs of a graph. Old files list their initializers as inputs, too; those are left out. */
function inputsOf(graph: GraphProto): ValueInfoProto[] {
  const initializers = new Set(graph.initializer.map(({ name }) => name));
  return graph.input.filter(({ name }) => !initializers.has(name));
}
