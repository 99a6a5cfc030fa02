import { makeNode, type OnnxModel } from '../onnx/index.js';

/** Names by which other programs find hidden states. */
const knownNames = ['last_hidden_state', 'token_embeddings'];

/** Returns the model with its hidden states as the first output, under a name by which other programs find them. */
export function withNamedHiddenStates(model: OnnxModel, name: string): OnnxModel {
  const { graph } = model.proto;
  const chosen = graph?.output.find((output) => output.name === name);
  if (graph === undefined || chosen === undefined) {
    return model;
  }
  const others = graph.output.filter((output) => output !== chosen);
  const taken = new Set([
    ...graph.input.map((input) => input.name),
    ...graph.node.flatMap((node) => node.output),
    ...graph.initializer.map((tensor) => tensor.name),
  ]);
  const free = knownNames.find((known) => !taken.has(known));
  if (knownNames.includes(name) || free === undefined) {
    return { ...model, proto: { ...model.proto, graph: { ...graph, output: [chosen, ...others] } } };
  }
  const node = [...graph.node, makeNode('Identity', [name], [free])];
  const output = [{ ...chosen, name: free }, ...others];
  return { ...model, proto: { ...model.proto, graph: { ...graph, node, output } } };
}
