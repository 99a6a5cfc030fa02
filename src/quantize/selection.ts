import { escapePattern, OctavecError } from '../base/index.js';
import {
  type EmbeddingTable,
  embeddingTables,
  type LinearLayer,
  layerRoles,
  linearLayers,
  rolesOf,
} from '../encoder/index.js';
import type { NodeProto, OnnxModel } from '../onnx/index.js';

/**
 * Which parts of a model a method touches. A pattern is a role ("ffn-down", "embeddings") or the name of a node, in
 * which * stands for any characters.
 */
export interface Selection {
  /** Only these; everything if left out. */
  readonly include?: readonly string[];
  /** Not these, even where `include` has them. */
  readonly exclude?: readonly string[];
  /** Only layers that compute these values, and tables of these names: exact names, for code that has them. */
  readonly exactly?: ReadonlySet<string>;
}

export interface SelectedParts {
  readonly layers: readonly LinearLayer[];
  readonly tables: readonly EmbeddingTable[];
}

const tableRole = 'embeddings';

export const selectableRoles: readonly string[] = [...layerRoles, tableRole];

/**
 * Chooses the linear layers and embedding tables that a selection leaves.
 *
 * @throws USAGE for a pattern that fits nothing in the model
 */
export function selectParts(model: OnnxModel, { include, exclude = [], exactly }: Selection = {}): SelectedParts {
  const layers = linearLayers(model);
  const tables = embeddingTables(model);
  const roles = rolesOf(model);
  const layerWords = layers.map(({ node }) => [roles.get(node) ?? 'other', node.name ?? '']);
  const tableWords = tables.map(({ table, gathers }) => [
    tableRole,
    table.name ?? '',
    ...gathers.map(({ name }) => name ?? ''),
  ]);
  const allWords = [...layerWords, ...tableWords].flat();
  for (const pattern of [...(include ?? []), ...exclude]) {
    if (!selectableRoles.includes(pattern) && !allWords.some((word) => fits(word, pattern))) {
      const problem = `"${pattern}" fits no layer of ${model.path}`;
      throw new OctavecError('USAGE', {
        problem,
        hint: `Roles are ${selectableRoles.join(', ')}; names are those of nodes.`,
      });
    }
  }
  const chosen = (words: readonly string[]): boolean =>
    (include === undefined || include.some((pattern) => words.some((word) => fits(word, pattern)))) &&
    !exclude.some((pattern) => words.some((word) => fits(word, pattern)));
  return {
    layers: layers.filter(({ node }, i) => chosen(layerWords[i]) && (exactly?.has(node.output[0]) ?? true)),
    tables: tables.filter(({ table }, i) => chosen(tableWords[i]) && (exactly?.has(table.name ?? '') ?? true)),
  };
}

/** Returns the nodes of the parts that a selection leaves out, and the names of their weights. */
export function leftOut(
  model: OnnxModel,
  selection: Selection,
): { readonly nodes: ReadonlySet<NodeProto>; readonly weights: ReadonlySet<string> } {
  const chosen = selectParts(model, selection);
  const layers = new Set(chosen.layers.map(({ node }) => node));
  const tables = new Set(chosen.tables.map(({ table }) => table));
  const others = {
    layers: linearLayers(model).filter(({ node }) => !layers.has(node)),
    tables: embeddingTables(model).filter(({ table }) => !tables.has(table)),
  };
  return {
    nodes: new Set([...others.layers.map(({ node }) => node), ...others.tables.flatMap(({ gathers }) => gathers)]),
    weights: new Set([
      ...others.layers.map(({ weight }) => weight.name ?? ''),
      ...others.tables.map(({ table }) => table.name ?? ''),
    ]),
  };
}

function fits(word: string, pattern: string): boolean {
  const parts = pattern.split('*').map(escapePattern);
  return new RegExp(`^${parts.join('.*')}$`, 's').test(word);
}
