/** The models that the benchmarks of the run time use: made from the embedded model (or another folder) on first use. */
import { access, cp, mkdir, rename } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { version } from '../dist/base/index.js';
import { openModelFolder, variantPath } from '../dist/model/index.js';
import { readModel, writeModel } from '../dist/onnx/index.js';
import { dynamicInt8, hasHalfWeights, widen } from '../dist/quantize/index.js';

export const embeddedModel = fileURLToPath(new URL('../models/all-MiniLM-L6-v2', import.meta.url));

/**
 * A folder with the model in FP32 (onnx/model.onnx) and in plain dynamic INT8, under octavec's name (model_int8.onnx)
 * and under the one that transformers.js asks for (model_quantized.onnx): all peers run the same file.
 */
export async function benchModel(source = embeddedModel) {
  const folder = join(tmpdir(), `octavec-bench-${version}`, basename(resolve(source)));
  const last = variantPath(folder, 'quantized');
  if (
    await access(last).then(
      () => true,
      () => false,
    )
  ) {
    return folder;
  }
  await mkdir(folder, { recursive: true });
  await cp(source, folder, {
    recursive: true,
    filter: (path) => !path.endsWith('.onnx') && !path.includes('.onnx_data'),
  });
  const original = await readModel((await openModelFolder(source)).onnxPath);
  const full = hasHalfWeights(original) ? widen(original) : original;
  await writeModel(full, variantPath(folder, 'fp32'));
  await writeModel(withHiddenStateName(dynamicInt8(full)), variantPath(folder, 'int8'));
  await cp(variantPath(folder, 'int8'), `${last}.tmp`);
  await rename(`${last}.tmp`, last);
  return folder;
}

/** The model with its first output called as transformers.js wants it. */
function withHiddenStateName(model) {
  const { graph } = model.proto;
  const old = graph.output[0].name;
  const rename = (name) => (name === old ? 'last_hidden_state' : name);
  const node = graph.node.map((each) => ({ ...each, input: each.input.map(rename), output: each.output.map(rename) }));
  const output = graph.output.map((each) => ({ ...each, name: rename(each.name) }));
  return { ...model, proto: { ...model.proto, graph: { ...graph, node, output } } };
}
