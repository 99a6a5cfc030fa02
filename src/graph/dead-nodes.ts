import { type OnnxModel, withGraph } from '../onnx/index.js';
import { indexGraph, usedValues } from './graph-index.js';

/**
 * Drops nodes, initializers and value infos that no output of the graph depends on. Inputs and outputs stay.
 *
 * @example
 * ```ts
 * const used = removeDeadNodes(editor.finish());
 * ```
 */
export function removeDeadNodes(model: OnnxModel): OnnxModel {
  const { graph } = model.proto;
  const { producers } = indexGraph(graph);
  const alive = new Set<string>();
  const pending = graph.output.map((output) => output.name ?? '');
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (alive.has(name)) {
      continue;
    }
    alive.add(name);
    const producer = producers.get(name);
    if (producer !== undefined) {
      pending.push(...usedValues(producer));
    }
  }
  const node = graph.node.filter((candidate) => candidate.output.some((name) => alive.has(name)));
  const made = new Set(node.flatMap((candidate) => candidate.output));
  const constants = new Set(graph.initializer.map((tensor) => tensor.name));
  return withGraph(model, {
    ...graph,
    node,
    initializer: graph.initializer.filter((tensor) => alive.has(tensor.name ?? '')),
    input: graph.input.filter((input) => alive.has(input.name ?? '') || !constants.has(input.name)),
    valueInfo: graph.valueInfo.filter((value) => made.has(value.name ?? '')),
  });
}
