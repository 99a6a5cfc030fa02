/**
 * `octavec index` over files of all kinds: `node bench/index-files.mjs folder… [--model folder] [--max-file-bytes n]`. Prints documents, chunks, what was
 * passed over and why, time, and the peak of the process's memory; then how many chunks of text stand at the lines that they name. The model is
 * by default a small static one, so that reading counts most; `/usr/share/doc` and `/usr/share/man` are files of many kinds.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { SegmentStore } from '../dist/store/index.js';

const root = new URL('..', import.meta.url).pathname;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    model: { type: 'string', default: join(root, 'test/fixtures/static/float32') },
    'max-file-bytes': { type: 'string', default: '32000000' },
  },
});
const folder = await mkdtemp(join(tmpdir(), 'octavec-files-'));
const path = join(folder, 'files.index');
const limits = ['--max-file-bytes', values['max-file-bytes']];
const args = ['index', ...positionals, '--out', path, '--model', values.model, ...limits, '--json'];

const start = performance.now();
const program = spawn(process.execPath, [join(root, 'dist/cli/main.js'), ...args], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
let output = '';
program.stdout.on('data', (data) => {
  output += data;
});
let peak = 0;
const watch = setInterval(async () => {
  const status = await readFile(`/proc/${program.pid}/status`, 'utf8').catch(() => '');
  peak = Math.max(peak, Number(/VmHWM:\s*(\d+)/.exec(status)?.[1] ?? 0) / 1000);
}, 100);
const code = await new Promise((done) => program.on('close', done));
clearInterval(watch);
const seconds = (performance.now() - start) / 1000;
if (code !== 0) {
  throw new Error(`octavec index ended with ${code}`);
}
const { skipped } = JSON.parse(output);
const store = await SegmentStore.open(path);
const { documents, chunks } = await store.facts();
console.log(
  `${documents} documents, ${chunks} chunks, ${skipped.length} passed over, ${seconds.toFixed(0)} s, at most ${peak.toFixed(0)} MB`,
);
const reasons = new Map();
for (const { reason } of skipped) {
  reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
}
for (const [reason, files] of reasons) {
  console.log(`  ${files} × ${reason}`);
}

/** Files by the beginning of their documents' ids, which is the name of the folder that was given. */
const places = new Map(positionals.map((given) => [basename(resolve(given)), dirname(resolve(given))]));
const squeezed = (text) => text.replace(/\s+/g, ' ').trim();
let [checked, right] = [0, 0];
for await (const { id, chunks: parts } of store.documents()) {
  const file = join(places.get(id.split('/')[0]) ?? '', id);
  const isText = ['.txt', '.md', '.ts', '.js', '.py', '.c', '.h'].includes(extname(id));
  if (!isText || (await stat(file).catch(() => undefined)) === undefined) {
    continue;
  }
  const lines = (await readFile(file, 'utf8')).split(/\r\n|\r|\n/);
  for (const { text, lines: place } of parts) {
    if (place !== undefined && extname(id) !== '.md') {
      checked++;
      right += Number(squeezed(lines.slice(place[0] - 1, place[1]).join('\n')).includes(squeezed(text)));
    }
  }
}
console.log(`${right} of ${checked} chunks of text and code stand at the lines that they name`);
await store.close();
await rm(folder, { recursive: true });
