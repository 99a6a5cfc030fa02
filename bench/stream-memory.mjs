/**
 * Resident memory over a long stream: `node --expose-gc bench/stream-memory.mjs [texts]` (200,000 by default).
 * After the first tenth it should stay within 5 %.
 */
import { Embedder } from '../dist/embed/index.js';
import { benchModel } from './bench-model.mjs';
import { processMemory } from './process-memory.mjs';
import { textOf } from './workload-texts.mjs';

const total = Number(process.argv[2] ?? 200_000);
const embedder = await Embedder.load(await benchModel(), { variant: 'int8' });

function* texts() {
  for (let i = 0; i < total; i++) {
    yield textOf(4 + (i % 9), i);
  }
}

const samples = [];
let done = 0;
let next = 0;
const start = performance.now();
for await (const { items } of embedder.stream(texts())) {
  done += items.length;
  if (done >= next) {
    globalThis.gc?.();
    const { resident } = await processMemory();
    samples.push({ done, resident });
    console.log(
      `${String(done).padStart(8)} texts  ${resident.toFixed(1)} MB  ${((1000 * done) / (performance.now() - start)).toFixed(0)} texts/s`,
    );
    next += total / 20;
  }
}
await embedder.close();

const warm = samples.filter(({ done }) => done > total / 10).map(({ resident }) => resident);
const [least, most] = [Math.min(...warm), Math.max(...warm)];
const spread = (most - least) / (most + least);
console.log(`after warm-up ${least.toFixed(1)} to ${most.toFixed(1)} MB: ±${(100 * spread).toFixed(1)} %`);
process.exitCode = spread <= 0.05 ? 0 : 1;
