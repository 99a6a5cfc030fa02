/**
 * Memory of pools of 1, 2 and 4 workers, FP32 and INT8, by memory mode, against plain ONNX Runtime sessions in worker
 * threads: `node bench/pool-memory.mjs [model folder]`. Every figure comes from a process of its own, measured after all
 * workers have run batches, without what the bare process takes.
 *
 * Both sides get token ids; "with texts" has the tokenizer in its thread, too. "native" are so many engines of octavec's
 * own, a thread each, after the model was packed.
 *
 * Then two promises are looked at: a pool of four INT8 workers takes at most 20 % of what four plain FP32 sessions take,
 * and with `shared` memory the models of four workers take at most 1.25 times as much as that of one (after a run of two
 * tokens, which looks at all weights, without what worker threads take that have loaded the run time only).
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { Embedder } from '../dist/embed/index.js';
import { loadEngine, loadOnnxRuntimeEngine } from '../dist/engine/index.js';
import { mappedCopy, openModelFolder, variantPath } from '../dist/model/index.js';
import { benchModel } from './bench-model.mjs';
import { processMemory } from './process-memory.mjs';
import { textOf } from './workload-texts.mjs';

const script = fileURLToPath(import.meta.url);
const [model, kind, variant, count] = process.argv.slice(2);

/** Resident and proportional megabytes of a case. */
function measure(folder, kind, variant, workers) {
  const args = [script, folder, kind, variant, String(workers)];
  const { before, after } = JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }));
  return { resident: after.resident - before.resident, proportional: after.proportional - before.proportional };
}

if (kind === undefined) {
  const folder = await benchModel(model);
  console.log('                           resident MB (proportional MB), without the bare process');
  console.log('                         1 worker        2 workers       4 workers');
  const ofFour = {};
  for (const variant of ['fp32', 'int8']) {
    for (const kind of ['plain sessions', 'fast', 'shared', 'shared with texts', 'native']) {
      const results = [1, 2, 4].map((workers) => measure(folder, kind, variant, workers));
      ofFour[`${variant}, ${kind}`] = results[2].proportional;
      const cells = results.map(({ resident, proportional }) =>
        `${resident.toFixed(0)} (${proportional.toFixed(0)})`.padEnd(15),
      );
      console.log(`${`${variant}, ${kind}`.padEnd(24)} ${cells.join(' ')}`);
    }
  }
  const share = (name) => `${((100 * ofFour[name]) / ofFour['fp32, plain sessions']).toFixed(1)} %`;
  console.log(
    `\nfour INT8 workers against four plain FP32 sessions: shared ${share('int8, shared')}, fast ${share('int8, fast')}`,
  );
  for (const variant of ['fp32', 'int8']) {
    const [one, four] = [1, 4].map((workers) => {
      const loaded = measure(folder, 'models', variant, workers).proportional;
      return loaded - measure(folder, 'run time alone', variant, workers).proportional;
    });
    console.log(
      `${variant}, shared: the models of 1 worker ${one.toFixed(0)} MB, of 4 ${four.toFixed(0)} MB: × ${(four / one).toFixed(2)}`,
    );
  }
} else {
  const before = await processMemory();
  const kinds = {
    'plain sessions': plainSessions,
    'shared with texts': embedder,
    native: nativeEngines,
    models: () => sharedModels(true),
    'run time alone': () => sharedModels(false),
  };
  const end = await (kinds[kind] ?? pool)();
  const after = await processMemory();
  console.log(JSON.stringify({ before, after }));
  await end();
}

function settings() {
  return { memory: /** @type {'fast' | 'shared'} */ (kind), workers: Number(count), threads: 1 };
}

async function runThrice(engine, texts) {
  const offsets = Int32Array.from({ length: texts + 1 }, (_, text) => 120 * text);
  for (let round = 0; round < 3; round++) {
    await engine.embed({ ids: new Int32Array(120 * texts).fill(2000), offsets });
  }
}

/** Keeps a pool busy until all its workers have started and run. */
async function pool() {
  const engine = await loadOnnxRuntimeEngine(await openModelFolder(model, { variant }), settings());
  await runThrice(engine, 40 * Number(count));
  return () => engine.close();
}

async function nativeEngines() {
  const files = await openModelFolder(model, { variant });
  const engines = [];
  for (let i = 0; i < Number(count); i++) {
    engines.push(await loadEngine(files, { engine: 'native', workers: 1, threads: 1 }));
  }
  await Promise.all(engines.map((engine) => runThrice(engine, 40)));
  return () => Promise.all(engines.map((engine) => engine.close()));
}

/** The same with texts. */
async function embedder() {
  const embedder = await Embedder.load(model, { variant, engine: 'onnxruntime', ...settings(), memory: 'shared' });
  const texts = Array.from({ length: 40 * Number(count) }, (_, i) => textOf(120, i));
  for (let round = 0; round < 3; round++) {
    await embedder.embed(texts);
  }
  return () => embedder.close();
}

function plainSessions() {
  return inWorkers(
    `
    const { InferenceSession, Tensor } = await import(${JSON.stringify(import.meta.resolve('onnxruntime-node'))});
    const session = await InferenceSession.create(workerData, { intraOpNumThreads: 1 });
    const dims = [8, 120];
    const tensor = (value) => new Tensor('int64', new BigInt64Array(960).fill(value), dims);
    for (let round = 0; round < 3; round++) {
      await session.run({ input_ids: tensor(2000n), attention_mask: tensor(1n), token_type_ids: tensor(0n) });
    }`,
    variantPath(model, variant),
  );
}

/** Sessions as octavec opens them for `shared` memory. */
async function sharedModels(loads) {
  const { path: mappedPath } = await mappedCopy(variantPath(model, variant));
  const settings = { onnxPath: mappedPath, mappedPath, threads: 1, sharesMemory: true };
  return inWorkers(
    `
    const { createSession } = await import(${JSON.stringify(import.meta.resolve('../dist/engine/session.js'))});
    if (${loads}) {
      globalThis.session = await createSession(workerData);
      const { Tensor } = await import(${JSON.stringify(import.meta.resolve('onnxruntime-node'))});
      const feeds = session.inputNames.map((name) => [name, new Tensor('int64', BigInt64Array.of(1n, 1n), [1, 2])]);
      await session.run(Object.fromEntries(feeds));
    }`,
    settings,
  );
}

async function inWorkers(source, workerData) {
  const whole = `
    import { parentPort, workerData } from 'node:worker_threads';
    ${source}
    parentPort.postMessage('ran');
    parentPort.once('message', () => process.exit());`;
  const workers = [];
  for (let i = 0; i < Number(count); i++) {
    const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(whole)}`), { workerData });
    await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
    workers.push(worker);
  }
  return async () => {
    for (const worker of workers) {
      worker.postMessage('end');
    }
  };
}
