import { mapSubgraphs } from '../graph/index.js';
import type { AttributeProto, FunctionProto, GraphProto, NodeProto } from '../onnx/index.js';
import { makeNode } from '../onnx/index.js';

/**
 * Returns the nodes of a function as they stand where it is called: its parameters are the values that the call names,
 * its attributes those of the call, and all other names are new.
 *
 * @param uniqueName gives a name that the model does not have yet
 */
export function calledNodes(
  definition: FunctionProto,
  call: NodeProto,
  uniqueName: (base: string) => string,
): NodeProto[] {
  const scope = call.name || call.output.find((name) => name !== '') || call.opType || 'call';
  const fresh = (name: string): string => uniqueName(`${scope}/${name}`);
  const names = new Map(definition.input.map((name, i) => [name, call.input[i] ?? '']));
  const handedOn: NodeProto[] = [];
  for (const [i, name] of definition.output.entries()) {
    const output = call.output[i] ?? '';
    if (!names.has(name)) {
      names.set(name, output || fresh(name));
    } else if (output !== '') {
      // A parameter that is a result as well, or a result that has two names.
      handedOn.push(makeNode('Identity', [names.get(name) ?? ''], [output], { name: fresh('Identity') }));
    }
  }
  const bound = definition.node.map((node) => bindAttributes(node, definition, call));
  return [...renameNodes(bound, names, fresh), ...handedOn];
}

/** Replaces attributes that refer to the call's: by its value, or the function's default, or nothing. */
function bindAttributes(node: NodeProto, definition: FunctionProto, call: NodeProto): NodeProto {
  const attribute = node.attribute.flatMap((each): AttributeProto[] => {
    if (!each.refAttrName) {
      return [each];
    }
    const given = [...call.attribute, ...definition.attributeProto].find(({ name }) => name === each.refAttrName);
    return given === undefined ? [] : [{ ...given, name: each.name }];
  });
  return mapSubgraphs({ ...node, attribute }, (graph) => ({
    ...graph,
    node: graph.node.map((inner) => bindAttributes(inner, definition, call)),
  }));
}

/** Renames the values in the nodes of one scope; what the scope makes and is not in `names` gets a new name. */
function renameNodes(
  nodes: readonly NodeProto[],
  names: ReadonlyMap<string, string>,
  fresh: (name: string) => string,
): NodeProto[] {
  const all = new Map(names);
  for (const output of nodes.flatMap((node) => node.output)) {
    if (output !== '' && !all.has(output)) {
      all.set(output, fresh(output));
    }
  }
  const renamed = (name: string): string => all.get(name) ?? name;
  return nodes.map((node) =>
    mapSubgraphs(
      {
        ...node,
        name: fresh(node.name || (node.opType ?? 'node')),
        input: node.input.map(renamed),
        output: node.output.map(renamed),
      },
      (graph) => renameGraph(graph, all, fresh),
    ),
  );
}

function renameGraph(
  graph: GraphProto,
  outer: ReadonlyMap<string, string>,
  fresh: (name: string) => string,
): GraphProto {
  const names = new Map(outer);
  const made = [...graph.input, ...graph.initializer].map(({ name = '' }) => name);
  for (const name of new Set([...made, ...graph.node.flatMap((node) => node.output)])) {
    if (name !== '') {
      names.set(name, fresh(name));
    }
  }
  const renamed = <T extends { readonly name?: string }>(value: T): T => ({
    ...value,
    name: names.get(value.name ?? '') ?? value.name,
  });
  return {
    ...graph,
    input: graph.input.map(renamed),
    output: graph.output.map(renamed),
    initializer: graph.initializer.map(renamed),
    node: renameNodes(graph.node, names, fresh),
    valueInfo: [],
  };
}
