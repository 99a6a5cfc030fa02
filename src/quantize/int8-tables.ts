import type { EmbeddingTable } from '../encoder/index.js';
import { GraphEditor } from '../graph/index.js';
import { dataType, floatTensor, makeNode, makeTensor, type OnnxModel, tensorFloats } from '../onnx/index.js';
import { quantizeRows } from './symmetric.js';

/**
 * Quantizes embedding tables to 8 bits: a row of the S8 table times its scale. Cast and Mul rather than
 * DequantizeLinear: a scale a row, gathered along, is something that DequantizeLinear has only from opset 21 on, and
 * run times of phones lack.
 */
export function int8Tables(model: OnnxModel, tables: readonly EmbeddingTable[]): OnnxModel {
  const editor = new GraphEditor(model);
  for (const table of tables) {
    quantizeTable(model, editor, table);
  }
  return editor.finish();
}

function quantizeTable(model: OnnxModel, editor: GraphEditor, { table, rows, columns, gathers }: EmbeddingTable): void {
  const { values, scales } = quantizeRows(tensorFloats(model, table), rows, columns);
  const name = (suffix: string): string => editor.uniqueName(`${table.name}_${suffix}`);
  const valuesName = editor.setInitializer(makeTensor(name('quantized'), dataType.int8, [rows, columns], values));
  const scalesName = editor.setInitializer(floatTensor(name('scale'), [rows, 1], scales));
  for (const node of gathers) {
    const output = node.output[0];
    const indices = node.input[1];
    const local = (suffix: string): string => editor.uniqueName(`${output}_${suffix}`);
    const row = { ...node, input: [valuesName, indices], output: [local('int8')] };
    const scale = makeNode('Gather', [scalesName, indices], [local('scale')]);
    const cast = makeNode('Cast', row.output, [local('float')], { attributes: { to: { int: dataType.float } } });
    editor.replace(node, row, scale, cast, makeNode('Mul', [cast.output[0], scale.output[0]], [output]));
  }
}
