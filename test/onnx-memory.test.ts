import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const bench = fileURLToPath(new URL('../bench/onnx-memory.mjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'octavec-memory-'));
const size = 400e6;

/** A process of its own: the memory of this one says little. */
const node = (...args: string[]) => execFileSync(process.execPath, [bench, ...args], { encoding: 'utf8' });

beforeAll(() => {
  node('make', join(folder, 'inline.onnx'), `${size / 1e9}`, 'inline');
  node('make', join(folder, 'external.onnx'), `${size / 1e9}`, 'external');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each([
  ['inline', 'inline', 1.1],
  ['inline', 'external', 1.1],
  ['external', 'inline', 1.1],
  ['external', 'external', 0.5],
])(
  'reading a file with weights %s and writing them %s keeps them in memory at most %f times',
  (source, weights, times) => {
    const target = join(folder, `${source}-${weights}`, 'model.onnx');
    const { bytes, peak, before } = JSON.parse(node('run', join(folder, `${source}.onnx`), target, weights));
    rmSync(join(folder, `${source}-${weights}`), { recursive: true });
    expect(bytes).toBeGreaterThan(size * 0.9);
    expect(peak - before).toBeLessThan(times * size + 60e6);
  },
);
