/**
 * From starting a process to the first vector, the file being in the page cache and the packed model in octavec's:
 *
 *     node bench/cold-start.mjs [--rounds N] [--model folder]
 *
 * `auto` and ONNX Runtime in turn, and Node alone, which is part of both.
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { ascending, median } from '../dist/numbers/index.js';
import { benchModel } from './bench-model.mjs';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '9' }, model: { type: 'string' } },
});
const model = await benchModel(values.model);
const library = fileURLToPath(new URL('../dist/index.js', import.meta.url));
const embedding = (engine) =>
  `const { Embedder } = await import(${JSON.stringify(library)});
   const embedder = await Embedder.load(${JSON.stringify(model)}, { variant: 'int8', engine: '${engine}' });
   await embedder.embed(['hello world']);
   process.exit();`;
const subjects = { 'Node alone': '', octavec: embedding('auto'), 'octavec, onnxruntime': embedding('onnxruntime') };
/** @type {Record<string, number[]>} */
const times = Object.fromEntries(Object.keys(subjects).map((name) => [name, []]));
// The first round packs the model.
for (let round = 0; round <= Number(values.rounds); round++) {
  for (const [name, script] of Object.entries(subjects)) {
    const start = performance.now();
    await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
    if (round > 0) {
      times[name].push(performance.now() - start);
    }
  }
}
for (const [name, found] of Object.entries(times)) {
  const sorted = ascending(found);
  console.log(
    `${name.padEnd(21)} ${median(found).toFixed(0)} ms (${sorted[0].toFixed(0)}–${sorted[sorted.length - 1].toFixed(0)})`,
  );
}
