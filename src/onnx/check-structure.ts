import { OctavecError, shortened } from '../base/index.js';
import { bitsPerElement, dataType } from './element-types.js';
import { isExternal } from './external-data.js';
import type { GraphProto, NodeProto, TensorProto } from './messages.js';
import type { OnnxModel } from './model.js';
import { subgraphs } from './node.js';
import { elementCount, tensorByteLength, tensorBytes } from './tensor.js';
import { everyTensor } from './walk-tensors.js';

/**
 * Checks what the rest of octavec takes for granted of a model: tensors have as much data as their type and dimensions
 * say, every value is made once, and every value that is used is made somewhere. Nodes may come in any order, and
 * whether external data are there is only seen when they are read.
 *
 * @throws ONNX_CORRUPT, ONNX_LIMIT
 */
export function checkStructure(model: OnnxModel): void {
  for (const tensor of everyTensor(model.proto)) {
    checkData(model, tensor);
  }
  const { graph } = model.proto;
  if (graph.output.length === 0) {
    throw corrupt(model, 'the graph', 'it has no output');
  }
  checkNames(model, graph, () => false);
}

function checkData(model: OnnxModel, tensor: TensorProto): void {
  if (tensor.dataType === dataType.string) {
    const count = elementCount(tensor);
    if (tensor.stringData.length !== count) {
      throw corrupt(model, `tensor ${quoted(tensor.name)}`, `${tensor.stringData.length} strings, ${count} expected`);
    }
  } else if (bitsPerElement(tensor.dataType ?? 0) !== undefined) {
    // Types of the future pass: nothing that octavec does looks into them.
    const look = isExternal(tensor) ? tensorByteLength : tensorBytes;
    look(model, tensor);
  }
}

/**
 * Checks that each value has one producer, and that inputs of nodes exist.
 *
 * @param knownOutside tells which names the graph around this one lets its nodes see
 */
function checkNames(model: OnnxModel, graph: GraphProto, knownOutside: (name: string) => boolean): void {
  const given = new Set([
    ...graph.input.map(({ name = '' }) => name),
    // Of initializers only: an input of the same name is the older way to declare them.
    ...uniqueNames(model, initializerNames(graph), new Set()),
  ]);
  const made = uniqueNames(
    model,
    graph.node.flatMap((node) => node.output.filter((name) => name !== '')),
    given,
  );
  const known = (name: string) => given.has(name) || made.has(name) || knownOutside(name);
  for (const [i, node] of graph.node.entries()) {
    for (const name of node.input) {
      if (name !== '' && !known(name)) {
        throw corrupt(model, place(node, i), `its input ${quoted(name)} is made nowhere`);
      }
    }
    for (const inner of subgraphs(node)) {
      checkNames(model, inner, known);
    }
  }
  for (const { name } of graph.output) {
    if (!known(name ?? '')) {
      throw corrupt(model, 'the outputs', `${quoted(name)} is made nowhere`);
    }
  }
}

function initializerNames(graph: GraphProto): string[] {
  return [
    ...graph.initializer.map(({ name = '' }) => name),
    ...graph.sparseInitializer.map(({ values }) => values?.name ?? ''),
  ];
}

function uniqueNames(model: OnnxModel, names: readonly string[], taken: ReadonlySet<string>): Set<string> {
  const unique = new Set<string>();
  for (const name of names) {
    if (unique.has(name) || taken.has(name)) {
      throw corrupt(model, 'the graph', `value ${quoted(name)} is made twice`);
    }
    unique.add(name);
  }
  return unique;
}

function place(node: NodeProto, index: number): string {
  return `node ${index} (${shortened(node.opType ?? '', 60)} ${quoted(node.name)})`;
}

function quoted(name: string | undefined): string {
  return `"${shortened(name ?? '')}"`;
}

function corrupt(model: OnnxModel, where: string, why: string): OctavecError {
  return new OctavecError('ONNX_CORRUPT', { path: model.path, where, why });
}
