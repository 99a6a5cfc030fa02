import { foldConstants, GraphEditor, inferElementTypes, renameInputs, usedValues } from '../../graph/index.js';
import {
  attribute,
  dataType,
  intAttribute,
  isOp,
  makeNode,
  makeTensor,
  type NodeProto,
  type OnnxModel,
  withAttributes,
  withGraph,
} from '../../onnx/index.js';
import { removeNoOps, shareCopies } from '../../passes/index.js';
import { leftOut, type Selection } from '../selection.js';
import { fullPrecisionNodes } from './full-precision-nodes.js';
import { toHalfTensor } from './half-tensor.js';

export interface Fp16Model {
  readonly model: OnnxModel;
  /** Weights with values beyond the range of half precision, and how many they are. */
  readonly clamped: readonly { readonly tensor: string; readonly values: number }[];
}

/**
 * Converts a model to FP16: weights and activations in half precision; inputs and outputs of the model stay as they
 * are. Nodes that half precision would hurt, or that have no such form, keep FP32 between two Casts; so do the layers
 * and tables that the selection leaves out, and all that has to do with values beyond half precision.
 *
 * @param beyond names of such values, as `beyondHalf` finds them
 * @throws USAGE as `selectParts`
 */
export function fp16(source: OnnxModel, selection: Selection = {}, beyond: Iterable<string> = []): Fp16Model {
  const model = halfSource(source);
  const wide = new Set(beyond);
  const full = new Set(leftOut(model, selection).nodes);
  for (const node of model.proto.graph.node) {
    if ([...usedValues(node), ...node.output].some((name) => wide.has(name))) {
      full.add(node);
    }
  }
  const converter = new HalfConverter(model, full);
  for (const node of model.proto.graph.node) {
    converter.convert(node);
  }
  return { model: shareCopies(converter.finish()), clamped: converter.clamped };
}

/** Returns what is converted: constants in one place, and no Cast from float to float. */
export function halfSource(source: OnnxModel): OnnxModel {
  // Such a Cast would become one from half to half, which makes ONNX Runtime fail.
  return removeNoOps(foldConstants(source));
}

type Precision = 'half' | 'full';

class HalfConverter {
  readonly clamped: { tensor: string; values: number }[] = [];
  readonly #model: OnnxModel;
  readonly #editor: GraphEditor;
  readonly #types: ReadonlyMap<string, number>;
  readonly #keptFull: ReadonlySet<NodeProto>;
  /** What a float value has become: its name in each precision that it exists in. */
  readonly #versions = new Map<string, Map<Precision, string>>();

  constructor(model: OnnxModel, leftOut: ReadonlySet<NodeProto>) {
    this.#model = model;
    this.#editor = new GraphEditor(model);
    this.#types = inferElementTypes(model.proto.graph);
    this.#keptFull = fullPrecisionNodes(model, leftOut);
  }

  /** Converts a node. Nodes must come in topological order. */
  convert(node: NodeProto): void {
    const precision: Precision = this.#keptFull.has(node) ? 'full' : 'half';
    const names = new Map<string, string>();
    for (const name of usedValues(node)) {
      if (this.#isFloat(name)) {
        names.set(name, this.#version(name, precision));
      }
    }
    const renamed = renameInputs(node, names);
    const converted = precision === 'half' ? this.#halfAttributes(renamed) : renamed;
    const output: string[] = [];
    const casts: NodeProto[] = [];
    for (const name of node.output) {
      if (precision === 'full' || !this.#isFloat(name)) {
        this.#versions.set(name, new Map([['full', name]]));
        output.push(name);
      } else if (this.#editor.index.outputs.has(name)) {
        const half = this.#editor.uniqueName(`${name}_half`);
        this.#versions.set(
          name,
          new Map<Precision, string>([
            ['half', half],
            ['full', name],
          ]),
        );
        casts.push(castNode(half, name, 'full'));
        output.push(half);
      } else {
        this.#versions.set(name, new Map([['half', name]]));
        output.push(name);
      }
    }
    this.#editor.replace(node, { ...converted, output }, ...casts);
  }

  /** Returns the model. Types that were declared for inner values may no longer hold and are left to the run time. */
  finish(): OnnxModel {
    const model = this.#editor.finish();
    const { graph } = model.proto;
    const valueInfo = graph.valueInfo.filter((value) => !this.#isFloat(value.name ?? ''));
    return withGraph(model, { ...graph, valueInfo });
  }

  #isFloat(name: string): boolean {
    return this.#types.get(name) === dataType.float;
  }

  /**
   * Returns the name of a float value in a precision; a converted weight or a Cast is made when it is first asked for.
   */
  #version(name: string, precision: Precision): string {
    let versions = this.#versions.get(name);
    if (versions === undefined) {
      versions = new Map([['full', name]]);
      this.#versions.set(name, versions);
    }
    const known = versions.get(precision);
    if (known !== undefined) {
      return known;
    }
    const initializer = this.#editor.index.initializers.get(name);
    const made = this.#editor.uniqueName(`${name}_${precision}`);
    if (initializer !== undefined && !this.#editor.index.inputs.has(name)) {
      const { tensor, clamped } = toHalfTensor(this.#model, initializer);
      if (clamped > 0) {
        this.clamped.push({ tensor: name, values: clamped });
      }
      this.#editor.setInitializer({ ...tensor, name: made });
    } else {
      const from = versions.get(precision === 'half' ? 'full' : 'half') as string;
      this.#editor.add(castNode(from, made, precision));
    }
    versions.set(precision, made);
    return made;
  }

  /** Sets the attributes that say which float type a node gives. */
  #halfAttributes(node: NodeProto): NodeProto {
    if (isOp(node, 'Cast') && intAttribute(node, 'to') === dataType.float) {
      return withAttributes(node, { to: { int: dataType.float16 } });
    }
    if (intAttribute(node, 'dtype') === dataType.float) {
      return withAttributes(node, { dtype: { int: dataType.float16 } });
    }
    const value = attribute(node, 'value')?.t;
    if (isOp(node, 'ConstantOfShape') && value === undefined) {
      const zero = makeTensor('', dataType.float16, [1], Uint16Array.of(0));
      return withAttributes(node, { value: { tensor: zero } });
    }
    if (value?.dataType === dataType.float) {
      return withAttributes(node, { value: { tensor: toHalfTensor(this.#model, value).tensor } });
    }
    return node;
  }
}

function castNode(from: string, to: string, precision: Precision): NodeProto {
  const type = precision === 'half' ? dataType.float16 : dataType.float;
  return makeNode('Cast', [from], [to], { attributes: { to: { int: type } } });
}
