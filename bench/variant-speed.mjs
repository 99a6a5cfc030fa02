/**
 * Speed of variants in ONNX Runtime on one thread, against the first file:
 *
 *     node bench/variant-speed.mjs [--rounds N] <original.onnx> <variant.onnx> …
 *
 * All files take turns, round after round; ratios are taken within a round, and the table has their median with the
 * least and the largest.
 */
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { readHostFacts } from '../dist/host/index.js';
import { ascending, median } from '../dist/numbers/index.js';

const { values, positionals: paths } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '9' } },
});
if (paths.length < 2) {
  console.error('usage: node bench/variant-speed.mjs [--rounds N] <original.onnx> <variant.onnx> …');
  process.exit(2);
}
const shapes = [
  { batch: 1, tokens: 16, repeats: 40 },
  { batch: 32, tokens: 32, repeats: 2 },
  { batch: 32, tokens: 128, repeats: 1 },
];

const sessions = [];
for (const path of paths) {
  sessions.push(
    await InferenceSession.create(path, {
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      logSeverityLevel: 3,
      extra: { session: { intra_op: { allow_spinning: '0' } } },
    }),
  );
}
const rows = [['file', ...shapes.flatMap(({ batch, tokens }) => [`${batch} × ${tokens}, ms`, '× first'])]];
const columns = paths.map((path) => [basename(path)]);
for (const { batch, tokens, repeats } of shapes) {
  /** @type {number[][]} */
  const times = sessions.map(() => []);
  for (let round = 0; round <= Number(values.rounds); round++) {
    for (const [i, session] of sessions.entries()) {
      const feeds = feedsOf(session, batch, tokens);
      const start = performance.now();
      for (let repeat = 0; repeat < repeats; repeat++) {
        await session.run(feeds);
      }
      // The first round warms up.
      if (round > 0) {
        times[i].push((performance.now() - start) / repeats);
      }
    }
  }
  for (const [i, own] of times.entries()) {
    const ratios = ascending(Float64Array.from(own, (time, round) => times[0][round] / time));
    const spread = `${ratios[0].toFixed(2)}–${ratios[ratios.length - 1].toFixed(2)}`;
    columns[i].push(median(own).toFixed(2), i === 0 ? '1' : `${median(ratios).toFixed(2)} (${spread})`);
  }
}
rows.push(...columns);
const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
for (const row of rows) {
  console.log(row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  '));
}
const { cpuModel, cpuFlags } = await readHostFacts();
const features = cpuFlags.filter((flag) => /^(avx2|avx512f|avx_vnni|avx512_vnni|amx_int8|asimddp|i8mm)$/.test(flag));
console.log(`\none thread, ${values.rounds} rounds; ${cpuModel}: ${features.join(', ')}`);

function feedsOf(session, batch, tokens) {
  const dims = [batch, tokens];
  const filled = (value) => new Tensor('int64', BigInt64Array.from({ length: batch * tokens }, value), dims);
  return Object.fromEntries(
    session.inputNames.map((name) => {
      if (name === 'input_ids') {
        return [name, filled((_, i) => BigInt(5 + ((i * 37) % 400)))];
      }
      return [name, filled(() => (name === 'attention_mask' ? 1n : 0n))];
    }),
  );
}
