import { writeFileSync } from 'node:fs';
import { encodeModel, floatTensor, readModel, tensorFloats, withGraph } from '../../src/onnx/index.js';
import { makeTinyFolder } from './tiny-folder.js';

/** A tiny model that gives NaN for every text with the letter "z", as overflowing activations do. */
export async function makeNanFolder(folder: string): Promise<string> {
  const path = makeTinyFolder(folder, 'bert');
  const model = await readModel(path);
  const { graph } = model.proto;
  const table = graph.initializer.find(({ name }) => name?.includes('word_embeddings'));
  if (table === undefined) {
    throw new Error('the fixture has no table of words');
  }
  const values = tensorFloats(model, table).slice();
  const width = table.dims[1];
  // Id of "z" in the letter tokenizer: four special tokens stand before "a".
  const id = 4 + 25;
  values.fill(Number.NaN, id * width, (id + 1) * width);
  const broken = floatTensor(table.name ?? '', table.dims, values);
  const initializer = graph.initializer.map((tensor) => (tensor === table ? broken : tensor));
  writeFileSync(path, Buffer.concat([...encodeModel(withGraph(model, { ...graph, initializer }).proto)]));
  return folder;
}
