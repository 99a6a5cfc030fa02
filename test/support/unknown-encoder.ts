import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readModel, withGraph, writeModel } from '#rooms/onnx';
import { type TinyModel, tinyModel } from './tiny-models.js';

/** An encoder whose activation the native engine has no kernel for, in a file of its own. */
export async function unknownEncoder(): Promise<TinyModel> {
  const known = tinyModel('bert');
  const model = await readModel(known.onnxPath);
  const { graph } = model.proto;
  const node = graph.node.map((each) =>
    each.opType === 'Gelu' ? { ...each, opType: 'Softplus', attribute: [] } : each,
  );
  const onnxPath = join(mkdtempSync(join(tmpdir(), 'octavec-unknown-')), 'model.onnx');
  await writeModel(withGraph(model, { ...graph, node }), onnxPath);
  return { ...known, onnxPath };
}
