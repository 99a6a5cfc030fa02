import { OctavecError } from '../base/index.js';
import { type NodeProto, normalDomain, type OnnxModel, opsetVersion, subgraphs, withOpset } from '../onnx/index.js';
import { GraphEditor } from './graph-editor.js';
import { conversionsTo, notConvertible } from './opset-conversions.js';

/** The oldest opset that octavec reads. */
const oldest = 7;

/**
 * Raises the version of the standard operators to at least `version`, converting every node whose meaning or form
 * changed on the way (https://github.com/onnx/onnx/blob/main/docs/Changelog.md).
 *
 * @throws ONNX_UNSUPPORTED if a node cannot be converted, or the model is older than opset 7
 */
export function raiseOpset(model: OnnxModel, version: number): OnnxModel {
  const current = opsetVersion(model) ?? 1;
  if (current < oldest) {
    throw unsupported(model, `opset ${current}`);
  }
  let raised = model;
  for (let next = current + 1; next <= version; next++) {
    raised = step(raised, next);
  }
  return withOpset(raised, '', version);
}

function step(model: OnnxModel, version: number): OnnxModel {
  const conversions = conversionsTo[version];
  if (conversions === undefined) {
    return model;
  }
  const editor = new GraphEditor(model);
  for (const node of model.proto.graph.node) {
    for (const graph of subgraphs(node)) {
      refuseInside(model, graph.node, version);
    }
    const opType = normalDomain(node.domain) === '' ? (node.opType ?? '') : '';
    if (notConvertible[version]?.includes(opType)) {
      throw unsupported(model, `raising ${opType} (node "${node.name}") to opset ${version}`);
    }
    const converted = conversions[opType]?.(node, editor);
    if (converted !== undefined) {
      editor.replace(node, ...converted);
    }
  }
  return editor.finish();
}

/** Graphs inside nodes are left alone; that is wrong only if something in them would have to change. */
function refuseInside(model: OnnxModel, nodes: readonly NodeProto[], version: number): void {
  for (const node of nodes) {
    if (
      node.opType !== undefined &&
      (conversionsTo[version]?.[node.opType] || notConvertible[version]?.includes(node.opType))
    ) {
      throw unsupported(model, `raising ${node.opType} inside a branch or loop to opset ${version}`);
    }
    for (const graph of subgraphs(node)) {
      refuseInside(model, graph.node, version);
    }
  }
}

function unsupported(model: OnnxModel, what: string): OctavecError {
  return new OctavecError('ONNX_UNSUPPORTED', {
    path: model.path,
    what,
    hint: 'Export the model again with opset 17 or later.',
  });
}
