/**
 * Memory of pools of 1, 2 and 4 workers, FP32 and INT8, by memory mode, against plain ONNX Runtime sessions in worker
 * threads: `node bench/pool-memory.mjs [model folder]`. Every line is a process of its own, measured after all workers
 * have run batches.
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { Embedder } from '../dist/index.js';
import { variantPath } from '../dist/model/index.js';
import { benchModel } from './bench-model.mjs';
import { processMemory } from './process-memory.mjs';
import { textOf } from './workload-texts.mjs';

const script = fileURLToPath(import.meta.url);
const [model, kind, variant, count] = process.argv.slice(2);

if (kind === undefined) {
  const folder = await benchModel(model);
  console.log('                           resident MB (proportional MB), without the bare process');
  console.log('                         1 worker        2 workers       4 workers');
  for (const variant of ['fp32', 'int8']) {
    for (const kind of ['plain sessions', 'fast', 'shared']) {
      const cells = [1, 2, 4].map((workers) => {
        const args = [script, folder, kind, variant, String(workers)];
        const { before, after } = JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }));
        const more = (key) => (after[key] - before[key]).toFixed(0);
        return `${more('resident')} (${more('proportional')})`.padEnd(15);
      });
      console.log(`${`${variant}, ${kind}`.padEnd(24)} ${cells.join(' ')}`);
    }
  }
} else {
  const before = await processMemory();
  const end = kind === 'plain sessions' ? await plainSessions() : await pool();
  const after = await processMemory();
  console.log(JSON.stringify({ before, after }));
  await end();
}

/** Keeps a pool busy until all its workers have started and run. */
async function pool() {
  const embedder = await Embedder.load(model, { variant, memory: kind, workers: Number(count), threads: 1 });
  const texts = Array.from({ length: 40 * Number(count) }, (_, i) => textOf(120, i));
  for (let round = 0; round < 3; round++) {
    await embedder.embed(texts);
  }
  return () => embedder.close();
}

async function plainSessions() {
  const source = `
    import { parentPort, workerData } from 'node:worker_threads';
    import { InferenceSession, Tensor } from ${JSON.stringify(import.meta.resolve('onnxruntime-node'))};
    const session = await InferenceSession.create(workerData, { intraOpNumThreads: 1 });
    const dims = [8, 120];
    const tensor = (value) => new Tensor('int64', new BigInt64Array(960).fill(value), dims);
    for (let round = 0; round < 3; round++) {
      await session.run({ input_ids: tensor(2000n), attention_mask: tensor(1n), token_type_ids: tensor(0n) });
    }
    parentPort.postMessage('ran');
    parentPort.once('message', () => process.exit());`;
  const workers = [];
  for (let i = 0; i < Number(count); i++) {
    const url = new URL(`data:text/javascript,${encodeURIComponent(source)}`);
    const worker = new Worker(url, { workerData: variantPath(model, variant) });
    await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
    workers.push(worker);
  }
  return async () => {
    for (const worker of workers) {
      worker.postMessage('end');
    }
  };
}
