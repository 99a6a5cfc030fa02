/**
 * What everything around the session costs (tokenizing, threads, batches, padding, pooling, normalising):
 * `node bench/overhead.mjs`. The model is replaced by one that does nothing but look words up, so that the time of a
 * call is the overhead; beside it stands the time with the real INT8 model.
 */
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Embedder } from '../dist/embed/index.js';
import { ascending, median, quantile } from '../dist/numbers/index.js';
import { dataType, floatTensor, makeNode, writeModel } from '../dist/onnx/index.js';
import { benchModel } from './bench-model.mjs';
import { textOf } from './workload-texts.mjs';

const real = await benchModel();
const idle = await mkdtemp(join(tmpdir(), 'octavec-overhead-'));
await cp(real, idle, { recursive: true, filter: (path) => !path.includes('.onnx') });
await writeModel(lookUpModel(30_522, 384), join(idle, 'onnx/model.onnx'));

const workloads = {
  'single text of 16 tokens': { texts: [textOf(16)], repeats: 500 },
  '32 texts of 128 tokens': { texts: Array.from({ length: 32 }, (_, i) => textOf(128, i)), repeats: 30 },
};
const options = { workers: 1, threads: 1 };
const [idleEmbedder, realEmbedder] = [
  await Embedder.load(idle, options),
  await Embedder.load(real, { ...options, variant: 'int8' }),
];
for (const [name, { texts, repeats }] of Object.entries(workloads)) {
  const overhead = ascending(await times(idleEmbedder, texts, repeats));
  const whole = median(await times(realEmbedder, texts, Math.ceil(repeats / 5)));
  const share = ((100 * quantile(overhead, 0.5)) / whole).toFixed(1);
  console.log(
    `${name}: overhead p50 ${quantile(overhead, 0.5).toFixed(3)} ms, p95 ${quantile(overhead, 0.95).toFixed(3)} ms; with the INT8 model ${whole.toFixed(2)} ms; share ${share} %`,
  );
}
await Promise.all([idleEmbedder.close(), realEmbedder.close()]);
await rm(idle, { recursive: true });

async function times(embedder, texts, repeats) {
  const result = [];
  for (let i = 0; i < repeats + 10; i++) {
    const start = performance.now();
    await embedder.embed(texts);
    result.push(performance.now() - start);
  }
  return result.slice(10);
}

/** ids → rows of a table. */
function lookUpModel(words, width) {
  const value = (name, elemType, ...dims) => ({
    name,
    type: {
      tensorType: {
        elemType,
        shape: { dim: dims.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size })) },
      },
    },
    metadataProps: [],
  });
  const table = floatTensor('table', [words, width], new Float32Array(words * width).fill(0.5));
  return {
    path: 'look-up.onnx',
    proto: {
      irVersion: 8,
      opsetImport: [{ domain: '', version: 17 }],
      metadataProps: [],
      functions: [],
      graph: {
        name: 'look-up',
        node: [makeNode('Gather', ['table', 'input_ids'], ['states'])],
        initializer: [table],
        sparseInitializer: [],
        input: [value('input_ids', dataType.int64, 'batch', 'tokens')],
        output: [value('states', dataType.float, 'batch', 'tokens', width)],
        valueInfo: [],
        quantizationAnnotation: [],
        metadataProps: [],
      },
    },
  };
}
