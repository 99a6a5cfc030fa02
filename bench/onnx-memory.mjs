/**
 * Peak memory of reading and writing large ONNX files, against their sizes.
 *
 *     npm run build && node bench/onnx-memory.mjs [gigabytes inside the file] [gigabytes beside it]
 *
 * Makes models of random weights in a temporary folder (default: 1.9 GB inside, 4 GB beside), reads and writes each in
 * a process of its own, and prints the most memory that the process ever had resident. "bound" is what octavec
 * promises for quantizing: input + output + 200 MB.
 */
import { execFileSync } from 'node:child_process';
import { randomFillSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { floatTensor, makeNode, readModel, writeModel } from 'octavec/onnx';

const [, , ...args] = process.argv;
if (args[0] === 'run') {
  await run(args[1], args[2], args[3]);
} else if (args[0] === 'make') {
  await make(args[1], Number(args[2]), args[3]);
} else {
  compare(Number(args[0] ?? 1.9), Number(args[1] ?? 4));
}

/** A model of matrices [1024 × 4096] that take so many gigabytes. The matrices share one buffer of memory. */
async function make(path, gigabytes, weights) {
  const count = Math.floor((gigabytes * 1e9) / 2 ** 24);
  const data = randomFillSync(new Uint8Array(2 ** 24));
  const tensor = floatTensor('', [1024, 4096], new Float32Array(data.buffer));
  const initializer = Array.from({ length: count }, (_, i) => ({ ...tensor, name: `w${i}` }));
  const lists = { sparseInitializer: [], valueInfo: [], quantizationAnnotation: [], metadataProps: [] };
  const node = initializer.map(({ name }, i) => makeNode('Add', [i === 0 ? 'x' : `y${i - 1}`, name], [`y${i}`]));
  const [input, output] = ['x', `y${count - 1}`].map((name) => [{ name, metadataProps: [] }]);
  const graph = { ...lists, node, initializer, input, output };
  const proto = { irVersion: 10, opsetImport: [{ version: 17 }], metadataProps: [], functions: [], graph };
  await writeModel({ path: 'made', proto }, path, { weights });
}

/** Reads and writes a model and prints how that went. */
async function run(path, target, weights) {
  const before = process.memoryUsage().rss;
  const start = performance.now();
  const model = await readModel(path);
  const read = performance.now();
  const { bytes } = await writeModel(model, target, { weights });
  const seconds = [read - start, performance.now() - read].map((ms) => (ms / 1000).toFixed(1));
  const peak = process.resourceUsage().maxRSS * 1024;
  console.log(JSON.stringify({ bytes, peak, before, seconds }));
}

function compare(inside, beside) {
  const folder = mkdtempSync(join(tmpdir(), 'octavec-memory-'));
  const self = fileURLToPath(import.meta.url);
  const child = (...options) => execFileSync(process.execPath, [self, ...options.map(String)], { encoding: 'utf8' });
  const megabytes = (bytes) => `${(bytes / 1e6).toFixed(0)} MB`.padStart(8);
  try {
    for (const [size, source, result] of [
      [inside, 'inline', 'inline'],
      [inside, 'inline', 'external'],
      [inside, 'external', 'inline'],
      [beside, 'external', 'external'],
    ]) {
      const path = join(folder, `${source}-${size}.onnx`);
      child('make', path, size, source);
      const target = join(folder, 'out', 'model.onnx');
      const { bytes, peak, before, seconds } = JSON.parse(child('run', path, target, result));
      console.log(
        `${source.padEnd(8)} → ${result.padEnd(8)} ${megabytes(bytes)} a side, read ${seconds[0]} s, written ${seconds[1]} s, ` +
          `peak ${megabytes(peak)} (${megabytes(before)} of it Node itself, bound ${megabytes(2 * bytes + 200e6)})`,
      );
      rmSync(join(folder, 'out'), { recursive: true });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
