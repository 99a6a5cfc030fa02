import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { unknownTokenId } from '../base/index.js';
import type { ModelFiles } from '../model/index.js';
import { type OnnxModel, readModel } from '../onnx/index.js';
import { readTable } from './read-table.js';
import { tableGraph } from './table-graph.js';

/** Says whether the file to run is a table, not an ONNX graph. */
export function isTable({ onnxPath, staticReading }: Pick<ModelFiles, 'onnxPath' | 'staticReading'>): boolean {
  return staticReading !== undefined && extname(onnxPath) === '.safetensors';
}

/**
 * Returns the graph of a model: that of its ONNX file, or one that computes the same as its table.
 *
 * @throws what `readModel` and reading tables throw
 */
export async function modelGraph(
  files: Pick<ModelFiles, 'onnxPath' | 'staticReading' | 'tokenizerPath' | 'head'>,
): Promise<OnnxModel> {
  if (!isTable(files)) {
    return readModel(files.onnxPath);
  }
  const table = await readTable(files.onnxPath);
  const options = { normalize: files.head.normalize, unknownTokenId: await unknownIdOf(files) };
  return tableGraph(table, options, files.onnxPath);
}

/** Returns the token that does not count in a static model's texts; undefined if all do. */
export async function unknownIdOf({
  staticReading,
  tokenizerPath,
}: Pick<ModelFiles, 'staticReading' | 'tokenizerPath'>): Promise<number | undefined> {
  return staticReading === 'model2vec' ? unknownTokenId(JSON.parse(await readFile(tokenizerPath, 'utf8'))) : undefined;
}
