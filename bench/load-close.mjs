/**
 * Loading and closing again and again: `node --expose-gc bench/load-close.mjs [times]` (100 by default). Resident memory
 * after the last closings should be within 10 % of that after the first ones: medians of ten each, because the C library
 * keeps more or less of what threads have freed, depending on which thread gets whose arena.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Embedder } from '../dist/embed/index.js';
import { median } from '../dist/numbers/index.js';
import { benchModel } from './bench-model.mjs';
import { processMemory } from './process-memory.mjs';
import { textOf } from './workload-texts.mjs';

const times = Number(process.argv[2] ?? 100);
const model = await benchModel();
const texts = Array.from({ length: 64 }, (_, i) => textOf(16 + (i % 48), i));

const residents = [];
for (let time = 1; time <= times; time++) {
  const embedder = await Embedder.load(model, { variant: 'int8', workers: 1, threads: 1 });
  await embedder.embed(texts);
  await embedder.close();
  globalThis.gc?.();
  await sleep(20);
  residents.push((await processMemory()).resident);
  if (time === 1 || time % Math.ceil(times / 10) === 0) {
    console.log(`${String(time).padStart(4)} times  ${residents.at(-1).toFixed(1)} MB`);
  }
}
const [first, last] = [residents.slice(0, 10), residents.slice(-10)].map(median);
const growth = last / first - 1;
console.log(
  `the first ${residents[0].toFixed(1)} MB, the first ten ${first.toFixed(1)} MB, the last ten ${last.toFixed(1)} MB: ${growth >= 0 ? '+' : ''}${(100 * growth).toFixed(1)} %`,
);
process.exitCode = growth <= 0.1 ? 0 : 1;
