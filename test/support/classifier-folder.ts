import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readRawTensors, writeRawTensors } from './rewrite-weights.js';

const crossEncoder = fileURLToPath(new URL('../fixtures/rerank/bert', import.meta.url));

interface Golden {
  readonly queries: readonly string[];
  readonly texts: readonly string[];
  /** [queries × texts] */
  readonly logits: readonly (readonly number[])[];
}

/** A classifier of three classes, whose numbers follow from what sentence-transformers gave for a cross-encoder. */
export interface TinyClassifier extends Golden {
  /** The numbers of the classes, for a number of the cross-encoder. */
  readonly logitsOf: (logit: number) => readonly number[];
}

/**
 * Makes a classifier of the tiny cross-encoder, as weights without an ONNX file: its only class, minus twice that, and a
 * class that does not depend on the text.
 *
 * @param config changes of config.json
 */
export function makeClassifierFolder(folder: string, config: object = {}): TinyClassifier {
  cpSync(crossEncoder, folder, { recursive: true });
  const weightsPath = join(folder, 'model.safetensors');
  const tensors = new Map(readRawTensors(weightsPath));
  const floats = (name: string) => {
    const { data } = tensors.get(name) as { data: Uint8Array };
    return new Float32Array(data.slice().buffer);
  };
  const set = (name: string, shape: readonly number[], values: readonly number[]) =>
    tensors.set(name, { dtype: 'F32', shape, data: new Uint8Array(Float32Array.from(values).buffer) });
  const [row, [bias]] = [floats('classifier.weight'), floats('classifier.bias')];
  set('classifier.weight', [3, row.length], [...row, ...row.map((x) => -2 * x), ...row.map(() => 0)]);
  set('classifier.bias', [3], [bias, 0.5, 0.25]);
  writeRawTensors(weightsPath, tensors);
  const configPath = join(folder, 'config.json');
  const labels = { id2label: { 0: 'contradiction', 1: 'entailment', 2: 'neutral' }, label2id: undefined };
  writeFileSync(configPath, JSON.stringify({ ...JSON.parse(readFileSync(configPath, 'utf8')), ...labels, ...config }));
  return {
    ...(JSON.parse(readFileSync(join(folder, 'golden.json'), 'utf8')) as Golden),
    logitsOf: (logit) => [logit, -2 * (logit - bias) + 0.5, 0.25],
  };
}
