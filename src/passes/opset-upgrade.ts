import { OctavecError } from '../base/index.js';
import { GraphEditor, inferElementTypes, inferShapes, mapSubgraphs, topologicalOrder } from '../graph/index.js';
import { type NodeProto, normalDomain, type OnnxModel, opsetVersion, withOpset } from '../onnx/index.js';
import { type ConversionContext, conversionsTo, notConvertible } from './opset-conversions.js';

/** The oldest opset that octavec reads. */
const oldest = 7;

/**
 * Raises the version of the standard operators to at least `version`, converting every node whose meaning or form
 * changed on the way (https://github.com/onnx/onnx/blob/main/docs/Changelog.md), also in branches and loops.
 *
 * @throws ONNX_UNSUPPORTED if a node cannot be converted, or the model is older than opset 7
 * @example
 * ```ts
 * const raised = raiseOpset(await readModel('model.onnx'), 17);
 * ```
 */
export function raiseOpset(model: OnnxModel, version: number): OnnxModel {
  const current = opsetVersion(model) ?? 1;
  if (current >= version) {
    return model;
  }
  if (current < oldest) {
    throw unsupported(model, `opset ${current}`);
  }
  let raised = model;
  for (let next = current + 1; next <= version; next++) {
    raised = raiseTo(raised, next);
  }
  return withOpset(raised, '', version);
}

/** Converts the nodes one version up. The model still names the version that it had. */
function raiseTo(model: OnnxModel, version: number): OnnxModel {
  if (conversionsTo[version] === undefined && notConvertible[version] === undefined) {
    return model;
  }
  const editor = new GraphEditor(model);
  const context = contextOf(model, editor);
  for (const node of model.proto.graph.node) {
    editor.replace(node, ...convert(model, node, version, context));
  }
  return editor.finish();
}

function convert(model: OnnxModel, node: NodeProto, version: number, context: ConversionContext): readonly NodeProto[] {
  const opType = normalDomain(node.domain) === '' ? (node.opType ?? '') : '';
  if (notConvertible[version]?.includes(opType)) {
    throw unsupported(model, `raising ${opType} (node "${node.name ?? ''}") to opset ${version}`);
  }
  const whole = mapSubgraphs(node, (graph) => ({
    ...graph,
    node: graph.node.flatMap((inner) => convert(model, inner, version, context)),
  }));
  return conversionsTo[version]?.[opType]?.(whole, context) ?? [whole];
}

/**
 * Returns the context of conversions, which infers types and ranks when one first asks for them. Those of values in
 * branches are not known.
 */
function contextOf(model: OnnxModel, editor: GraphEditor): ConversionContext {
  let types: ReturnType<typeof inferElementTypes> | undefined;
  let shapes: ReturnType<typeof inferShapes> | undefined;
  const { graph } = model.proto;
  return {
    editor,
    typeOf: (value) => {
      types ??= inferElementTypes({ ...graph, node: topologicalOrder(graph.node, model.path) });
      return types.get(value);
    },
    rankOf: (value) => {
      shapes ??= inferShapes(model);
      return shapes.dims.get(value)?.length;
    },
  };
}

function unsupported(model: OnnxModel, what: string): OctavecError {
  return new OctavecError('ONNX_UNSUPPORTED', {
    path: model.path,
    what,
    hint: 'Export the model again with opset 17 or later.',
  });
}
