/**
 * What everything around an engine costs (checks, tokenizing, threads, order): the time of a call from strings beside that
 * of the engine alone with the same token ids, in turn: `node bench/overhead.mjs`. CPU time is told of many calls together.
 */
import { Embedder } from '../dist/embed/index.js';
import { loadEngine } from '../dist/engine/index.js';
import { ascending, median } from '../dist/numbers/index.js';
import { benchModel } from './bench-model.mjs';
import { textOf } from './workload-texts.mjs';

const workloads = {
  'single text of 16 tokens': { texts: [textOf(16)], repeats: 500 },
  // Anything beyond ASCII goes to the tokenizer's thread.
  'single text of 16 tokens, with an accent': { texts: [textOf(15).replace('time', 'café')], repeats: 500 },
  '32 texts of 128 tokens': { texts: Array.from({ length: 32 }, (_, i) => textOf(128, i)), repeats: 20 },
};
const model = await benchModel();
for (const choice of /** @type {const} */ (['auto', 'onnxruntime'])) {
  const options = { workers: 1, threads: 1, engine: choice };
  const embedder = await Embedder.load(model, { ...options, variant: 'int8' });
  const engine = await loadEngine(embedder.model, options);
  for (const [name, { texts, repeats }] of Object.entries(workloads)) {
    const tokens = await embedder.tokenize(texts);
    const whole = [];
    const alone = [];
    for (let i = -20; i < repeats; i++) {
      const start = performance.now();
      await embedder.embed(texts);
      const between = performance.now();
      await engine.embed(tokens);
      if (i >= 0) {
        whole.push(between - start);
        alone.push(performance.now() - between);
      }
    }
    const around = ascending(whole.map((ms, i) => ms - alone[i]));
    const cpuAround = [];
    for (let round = 0; round < 10; round++) {
      const together = await cpuOf(() => embedder.embed(texts), repeats / 10);
      cpuAround.push(together - (await cpuOf(() => engine.embed(tokens), repeats / 10)));
    }
    console.log(
      `${embedder.engine.name}, ${name}: ${median(whole).toFixed(2)} ms, the engine alone ${median(alone).toFixed(2)} ms, around it ${median(around).toFixed(3)} ms (CPU ${median(cpuAround).toFixed(3)} ms)`,
    );
  }
  await Promise.all([embedder.close(), engine.close()]);
}

/** CPU time of all threads, of a call among several, in ms. */
async function cpuOf(call, times) {
  const before = process.cpuUsage();
  for (let i = 0; i < times; i++) {
    await call();
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / times;
}
