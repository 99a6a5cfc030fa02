import { OctavecError } from '../base/index.js';
import { everyNode, GraphEditor, mapSubgraphs } from '../graph/index.js';
import {
  type FunctionProto,
  type GraphProto,
  makeNode,
  type NodeProto,
  normalDomain,
  type OnnxModel,
  type OperatorSetIdProto,
  withGraph,
  withOpset,
} from '../onnx/index.js';
import { calledNodes } from './function-calls.js';
import { raiseOpset } from './opset-upgrade.js';

/** Functions that call functions that call functions. Exporters go ten deep or so. */
const deepest = 64;

/** Nodes of a model whose functions are inlined: a few calls in a row can stand for more than any memory holds. */
const largestGraph = 100_000;

/**
 * Returns the model with the nodes of its local functions in place of the calls; the same model if it has none. Where
 * functions were written for other opsets, all nodes are raised to the newest.
 *
 * @throws ONNX_CORRUPT for functions that call themselves, ONNX_LIMIT, ONNX_UNSUPPORTED as `raiseOpset`
 * @example
 * ```ts
 * const plain = inlineFunctions(await readModel('model.onnx'));
 * ```
 */
export function inlineFunctions(model: OnnxModel): OnnxModel {
  const { functions, opsetImport } = model.proto;
  if (functions.length === 0) {
    return model;
  }
  const imports = [...opsetImport, ...functions.flatMap((definition) => definition.opsetImport)];
  const opset = Math.max(...imports.filter(isStandard).map(({ version = 1 }) => version));
  const bare: OnnxModel = { ...model, proto: { ...model.proto, functions: [] } };
  const raised = Number.isFinite(opset) ? raiseOpset(bare, opset) : bare;
  const inliner = new Inliner(model, opset);
  const { graph } = raised.proto;
  const inlined = withGraph(raised, { ...graph, node: inliner.inline(graph.node, 0) });
  return withUsedDomains(inlined, imports);
}

function isStandard({ domain }: OperatorSetIdProto): boolean {
  return normalDomain(domain) === '';
}

class Inliner {
  readonly #model: OnnxModel;
  readonly #opset: number;
  readonly #names: GraphEditor;
  readonly #functions: ReadonlyMap<string, FunctionProto>;
  #nodes = 0;

  constructor(model: OnnxModel, opset: number) {
    this.#model = model;
    this.#opset = opset;
    this.#names = new GraphEditor(model);
    this.#functions = new Map(
      model.proto.functions.map((each) => [keyOf(each.domain, each.name, each.overload), each]),
    );
  }

  inline(nodes: readonly NodeProto[], depth: number): NodeProto[] {
    return nodes.flatMap((node) => {
      const definition = this.#functions.get(keyOf(node.domain, node.opType, node.overload));
      if (definition !== undefined) {
        return this.#call(definition, node, depth);
      }
      this.#count();
      return [mapSubgraphs(node, (graph) => ({ ...graph, node: this.inline(graph.node, depth) }))];
    });
  }

  #call(definition: FunctionProto, call: NodeProto, depth: number): NodeProto[] {
    if (depth === deepest) {
      const where = `function "${definition.name ?? ''}"`;
      const why = `it calls itself, or calls go more than ${deepest} deep`;
      throw new OctavecError('ONNX_CORRUPT', { path: this.#model.path, where, why });
    }
    this.#count();
    const nodes = calledNodes(definition, call, (base) => this.#names.uniqueName(base));
    return this.inline(this.#raised(nodes, definition), depth + 1);
  }

  #count(): void {
    if (++this.#nodes > largestGraph) {
      const limit = `${largestGraph} nodes`;
      throw new OctavecError('ONNX_LIMIT', { path: this.#model.path, limit, found: 'its functions stand for more' });
    }
  }

  /** Returns the nodes of a function, raised to the opset of the model. */
  #raised(nodes: NodeProto[], { opsetImport }: FunctionProto): NodeProto[] {
    const version = opsetImport.find(isStandard)?.version;
    if (version === undefined || version >= this.#opset) {
      return nodes;
    }
    const graph: GraphProto = {
      node: nodes,
      initializer: [],
      sparseInitializer: [],
      input: [],
      output: [],
      valueInfo: [],
      quantizationAnnotation: [],
      metadataProps: [],
    };
    const alone = { ...this.#model, proto: { ...this.#model.proto, opsetImport, functions: [], graph } };
    const raised = raiseOpset(alone, this.#opset).proto.graph;
    // What conversions added stands here alone: names are as unique as its values.
    const added = new Map(raised.initializer.map(({ name = '' }) => [name, this.#names.uniqueName(name)]));
    const constants = raised.initializer.map((tensor) =>
      makeNode('Constant', [], [added.get(tensor.name ?? '') ?? ''], { attributes: { value: { tensor } } }),
    );
    const renamed = raised.node.map((node) => ({ ...node, input: node.input.map((name) => added.get(name) ?? name) }));
    return [...constants, ...renamed];
  }
}

function keyOf(domain: string | undefined, name: string | undefined, overload: string | undefined): string {
  return JSON.stringify([normalDomain(domain), name ?? '', overload ?? '']);
}

/** Returns the imports of the domains that nodes still have, as the model or its functions named them. */
function withUsedDomains(model: OnnxModel, imports: readonly OperatorSetIdProto[]): OnnxModel {
  const used = new Set(['', ...everyNode(model).map(({ domain }) => normalDomain(domain))]);
  const isUsed = ({ domain }: OperatorSetIdProto): boolean => used.has(normalDomain(domain));
  const kept: OnnxModel = {
    ...model,
    proto: { ...model.proto, opsetImport: model.proto.opsetImport.filter(isUsed) },
  };
  return imports.filter(isUsed).reduce((all, { domain, version = 1 }) => withOpset(all, domain ?? '', version), kept);
}
