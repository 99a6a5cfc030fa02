import { OctavecError } from '../base/index.js';
import type { GraphProto } from '../onnx/index.js';
import { declaredSizes, isPastInput } from './past-inputs.js';

/** Sizes that a model's inputs fix: all texts are padded to them. */
export interface FixedShape {
  /** Texts of a batch. */
  readonly texts?: number;
  /** Tokens of a text. */
  readonly tokens?: number;
}

/** An input, or an output, of a graph with its sizes: numbers, and names where the model leaves them open. */
export interface ShapedValue {
  readonly name: string;
  readonly shape?: readonly (number | string)[];
}

/** Returns the inputs that a file asks for. */
export function declaredInputs(graph: GraphProto): ShapedValue[] {
  const constants = new Set(graph.initializer.map(({ name }) => name));
  return graph.input
    .filter(({ name }) => !constants.has(name))
    .map((input) => ({ name: input.name ?? '', shape: declaredSizes(input) }));
}

/**
 * Returns the sizes that a model's inputs fix. Inputs for a past are left out of account: they are given none.
 *
 * @throws MODEL_OUTPUT for inputs of another rank, or of sizes that contradict each other
 */
export function fixedShape(declared: readonly ShapedValue[], path: string): FixedShape {
  const shaped = declared.filter(({ name, shape }) => shape !== undefined && shape.length > 0 && !isPastInput(name));
  const strange = shaped.find(({ shape }) => shape?.length !== 2);
  if (strange !== undefined) {
    const why = `its input "${strange.name}" is [${strange.shape?.join(', ')}], and octavec gives [batch, tokens]`;
    throw new OctavecError('MODEL_OUTPUT', { path, why });
  }
  const [texts, tokens] = [0, 1].map((axis) => {
    const sizes = new Set(
      shaped.map(({ shape }) => shape?.[axis]).filter((size) => typeof size === 'number' && size > 0),
    );
    if (sizes.size > 1) {
      const why = `its inputs have different sizes, ${[...sizes].join(' and ')}`;
      throw new OctavecError('MODEL_OUTPUT', { path, why });
    }
    return [...sizes][0] as number | undefined;
  });
  return { ...(texts !== undefined && { texts }), ...(tokens !== undefined && { tokens }) };
}
