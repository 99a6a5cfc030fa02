import { dataType, type OnnxModel, withGraph } from '../onnx/index.js';

/** From this version of the format on, an initializer that is an input as well is a value by default, not a constant. */
const firstWithDefaults = 4;

const floats: ReadonlySet<number | undefined> = new Set([
  dataType.float,
  dataType.float16,
  dataType.bfloat16,
  dataType.double,
]);

/**
 * Returns the model without weights among its inputs. Up to IR version 3 every initializer had to stand there; some
 * exporters kept the habit, and run times then neither fold nor pack such weights. Where only some are inputs, they
 * are meant to be: values by default that a caller may replace. They stay, as do integers.
 */
export function withConstantWeights(model: OnnxModel): OnnxModel {
  const { graph, irVersion = 0 } = model.proto;
  const old = irVersion < firstWithDefaults;
  const inputs = new Set(graph.input.map(({ name }) => name));
  const weights = graph.initializer.filter((tensor) => old || floats.has(tensor.dataType));
  const listed = weights.filter(({ name }) => inputs.has(name));
  const habit = 2 * listed.length > weights.length;
  if (!old && !habit) {
    return model;
  }
  const constants = new Set(listed.map(({ name }) => name));
  const input = graph.input.filter(({ name }) => !constants.has(name));
  const proto = { ...model.proto, irVersion: Math.max(irVersion, firstWithDefaults) };
  return withGraph({ ...model, proto }, { ...graph, input });
}
