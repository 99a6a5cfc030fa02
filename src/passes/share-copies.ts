import { createHash } from 'node:crypto';
import { GraphEditor, int64Constant, isLarge, removeDeadNodes } from '../graph/index.js';
import { dataType, elementCount, makeNode, type OnnxModel, type TensorProto, tensorBytes } from '../onnx/index.js';

/**
 * Keeps one copy of weights that hold the same: tied ones that an exporter wrote twice, and a matrix that is used as it
 * is and, folded, transposed. A Reshape or Transpose, which run times fold when they load the model, makes the other
 * form. Without it such a file in half precision is as large as its original.
 */
export function shareCopies(source: OnnxModel): OnnxModel {
  const model = removeDeadNodes(source);
  const editor = new GraphEditor(model);
  for (const group of groupsOfSize(model)) {
    const kept = new Map<string, Weight[]>();
    for (const tensor of group) {
      const name = tensor.name ?? '';
      if (editor.index.inputs.has(name) || editor.index.outputs.has(name)) {
        continue;
      }
      const weight = { tensor, bytes: tensorBytes(model, tensor) };
      const print = fingerprint(weight, false);
      const alike = [...(kept.get(print) ?? []), ...(kept.get(fingerprint(weight, true)) ?? [])];
      const shared = firstMatch(alike, (other) => made(editor, other, weight));
      if (shared === undefined) {
        kept.set(print, [...(kept.get(print) ?? []), weight]);
      } else {
        editor.redirect(name, shared);
      }
    }
  }
  return removeDeadNodes(editor.finish());
}

interface Weight {
  readonly tensor: TensorProto;
  readonly bytes: Uint8Array;
}

/** Codes, scales and zero points of quantized weights are alike by chance, or to be found where run times look. */
const floats: ReadonlySet<number | undefined> = new Set([dataType.float, dataType.float16, dataType.bfloat16]);

/** Groups large tensors that have the same type and number of elements. */
function groupsOfSize(model: OnnxModel): TensorProto[][] {
  const groups = new Map<string, TensorProto[]>();
  for (const tensor of model.proto.graph.initializer) {
    if (isLarge(tensor) && tensor.dims.length > 1 && floats.has(tensor.dataType)) {
      const key = `${tensor.dataType} ${elementCount(tensor)}`;
      groups.set(key, [...(groups.get(key) ?? []), tensor]);
    }
  }
  return [...groups.values()].filter(({ length }) => length > 1);
}

/** Elements that tell most weights apart. */
const samples = 64;

/** Hashes some elements: those that the transposed matrix has in the same positions, or the tensor itself. */
function fingerprint({ tensor: { dims }, bytes }: Weight, transposed: boolean): string {
  const count = elementCount({ dims });
  const width = bytes.length / count;
  const [rows, columns] = transposed && dims.length === 2 ? dims : [1, count];
  const hash = createHash('sha1');
  for (let sample = 0; sample < samples; sample++) {
    const at = Math.floor((sample * (count - 1)) / (samples - 1));
    const place = (at % rows) * columns + Math.floor(at / rows);
    hash.update(bytes.subarray(place * width, (place + 1) * width));
  }
  return hash.digest('base64');
}

function firstMatch<T, R>(items: readonly T[], match: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const found = match(item);
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}

/** Returns the name under which a weight can be had from another one, or undefined if they do not hold the same. */
function made(editor: GraphEditor, from: Weight, to: Weight): string | undefined {
  const source = from.tensor.name ?? '';
  const name = to.tensor.name ?? '';
  if (Buffer.compare(from.bytes, to.bytes) === 0) {
    if (from.tensor.dims.join() === to.tensor.dims.join()) {
      return source;
    }
    const reshaped = editor.uniqueName(`${name}_reshaped`);
    editor.add(makeNode('Reshape', [source, int64Constant(editor, `${name}_shape`, to.tensor.dims)], [reshaped]));
    return reshaped;
  }
  if (!isTransposed(from, to)) {
    return undefined;
  }
  const transposed = editor.uniqueName(`${name}_transposed`);
  editor.add(makeNode('Transpose', [source], [transposed], { attributes: { perm: { ints: [1, 0] } } }));
  return transposed;
}

function isTransposed({ tensor: { dims }, bytes }: Weight, to: Weight): boolean {
  const [rows, columns] = dims;
  if (dims.length !== 2 || to.tensor.dims.join() !== `${columns},${rows}`) {
    return false;
  }
  const [here, there] = [words(bytes, rows * columns), words(to.bytes, rows * columns)];
  return here.every((word, i) => word === there[(i % columns) * rows + Math.floor(i / columns)]);
}

/** Views elements of 2 or 4 bytes by their bits. */
function words(bytes: Uint8Array, count: number): Uint16Array | Uint32Array {
  const type = bytes.length === 2 * count ? Uint16Array : Uint32Array;
  const aligned = bytes.byteOffset % type.BYTES_PER_ELEMENT === 0 ? bytes : new Uint8Array(bytes);
  return new type(aligned.buffer as ArrayBuffer, aligned.byteOffset, count);
}
