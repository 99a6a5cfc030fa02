import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { embeddedModel } from './support/golden-texts.js';
import { makeTinyFolder } from './support/tiny-folder.js';
import { tinyModel } from './support/tiny-models.js';

const run = promisify(execFile);
const { onnxPath, padTokenId, head } = tinyModel('bert');
/** For what is the same with any model. */
const tinyFolder = mkdtempSync(join(tmpdir(), 'octavec-tiny-'));
makeTinyFolder(tinyFolder, 'bert');
afterAll(() => rmSync(tinyFolder, { recursive: true }));

/** Runs a module in a process of its own; what it may use stands before it. */
async function inProcess(body: string, env = {}): Promise<{ status: number; stdout: string; stderr: string }> {
  const source = `
    import { Embedder } from 'octavec';
    import { loadOnnxRuntimeEngine } from '#rooms/engine';
    const embeddedModel = ${JSON.stringify(embeddedModel)};
    const tinyFolder = ${JSON.stringify(tinyFolder)};
    const tiny = ${JSON.stringify({ onnxPath, padTokenId, head })};
    ${body}`;
  const result = run(process.execPath, ['--expose-gc', '--input-type=module', '--eval', source], {
    env: { ...process.env, ...env },
  });
  return result.then(
    ({ stdout, stderr }) => ({ status: 0, stdout, stderr }),
    ({ code, stdout, stderr }) => ({ status: code, stdout, stderr }),
  );
}

describe('a process', () => {
  test('ends by itself though an embedder was not closed', async () => {
    const { status, stdout } = await inProcess(`
      const embedder = await Embedder.load(tinyFolder);
      const { rows } = await embedder.embed(['a', 'b']);
      console.log(rows);`);
    expect({ status, stdout }).toEqual({ status: 0, stdout: '2\n' });
  });

  test('stays until an embedder is closed that still has an answer for a caller who has gone', async () => {
    // The answer is there, but not taken, when the embedder is closed: the thread that gives it ends behind it.
    const { status, stdout } = await inProcess(`
      for (let i = 0; i < 2; i++) {
        const embedder = await Embedder.load(embeddedModel);
        const stop = new AbortController();
        const embedding = embedder.embed(['some words '.repeat(4000)], { signal: stop.signal });
        setTimeout(() => {
          stop.abort();
          for (const start = performance.now(); performance.now() - start < 300; );
        }, 5);
        await embedding.catch(({ code }) => console.log(code));
        await embedder.close();
      }
      console.log('closed');`);
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'CANCELLED\nCANCELLED\nclosed\n' });
  });

  test('may exit while a model runs, with its own status and without a word', async () => {
    const result = await inProcess(`
      const embedder = await Embedder.load(embeddedModel);
      embedder.embed(Array.from({ length: 400 }, (_, i) => 'word '.repeat(200) + i));
      setTimeout(() => process.exit(3), 300);`);
    expect(result).toEqual({ status: 3, stdout: '', stderr: '' });
  });

  test('may exit while a model is being loaded', async () => {
    const result = await inProcess(`
      Embedder.load(embeddedModel);
      setTimeout(() => process.exit(4), 120);`);
    expect(result).toEqual({ status: 4, stdout: '', stderr: '' });
  });

  // A sanitizer keeps what was freed, to see who touches it.
  test.skipIf(process.env.ASAN_OPTIONS)('gets its memory back when a model is closed', async () => {
    // The allocator keeps some of what was freed, which goes up and down; a leak would only go up.
    const { status, stdout, stderr } = await inProcess(`
      const { arrayBuffers } = process.memoryUsage();
      const memory = [];
      for (let i = 0; i < 50; i++) {
        const engine = await loadOnnxRuntimeEngine(tiny, { workers: 1, threads: 1 });
        await engine.embed({ ids: new Int32Array(50), offsets: Int32Array.of(0, 20, 50) });
        await engine.close();
        gc();
        memory.push(process.memoryUsage().rss);
      }
      const first = Math.max(...memory.slice(0, 10));
      const last = Math.min(...memory.slice(-10));
      console.log(JSON.stringify({ growth: last / first, arrayBuffers: process.memoryUsage().arrayBuffers - arrayBuffers }));`);
    expect([status, stderr]).toEqual([0, '']);
    const { growth, arrayBuffers } = JSON.parse(stdout);
    expect(growth).toBeLessThan(1.1);
    expect(arrayBuffers).toBeLessThan(1e6);
  });
});

describe('shared memory', () => {
  test('keeps a copy with its weights outside, makes it once, and gives the same vectors', async () => {
    const OCTAVEC_CACHE = join(mkdtempSync(join(tmpdir(), 'octavec-cache-')), 'cache');
    const { status, stdout, stderr } = await inProcess(
      `
      import { readdirSync, statSync } from 'node:fs';
      const found = () => readdirSync(process.env.OCTAVEC_CACHE + '/mapped', { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && entry.name !== 'source')
        .map(({ parentPath, path, name }) => statSync((parentPath ?? path) + '/' + name))
        .map(({ size, mtimeMs }) => [size, mtimeMs]);
      const texts = ['A cat sits on the mat.', 'Something else'];
      const plain = await Embedder.load(embeddedModel, { memory: 'fast', workers: 1 });
      const expected = await plain.embed(texts);
      const seen = [];
      let worst = 0;
      for (let i = 0; i < 2; i++) {
        const embedder = await Embedder.load(embeddedModel, { memory: 'shared', workers: 2 });
        const vectors = await embedder.embed(texts);
        worst = Math.max(worst, ...vectors.data.map((value, j) => Math.abs(value - expected.data[j])));
        await embedder.close();
        seen.push(found());
      }
      console.log(JSON.stringify({ seen, worst }));`,
      { OCTAVEC_CACHE },
    );
    expect([status, stderr]).toEqual([0, '']);
    const { seen, worst } = JSON.parse(stdout);
    expect(worst).toBeLessThan(1e-3);
    expect(seen[0].length).toBe(2);
    expect(Math.max(...seen[0].map(([size]: [number]) => size))).toBeGreaterThan(40e6);
    expect(seen[1]).toEqual(seen[0]);
  });

  test.each([
    ['/dev/null/no', undefined, 'shared', /^in .*octavec-\d+, the cache folder cannot be written to/],
    ['/dev/null/no', '/dev/null/no', 'fast', /^nowhere to write a shared copy/],
    // Where Node's own way of making folders does not come to an end.
    ['/proc/none', '/proc/none', 'fast', /^nowhere to write a shared copy/],
  ])('says so where no copy can be written (%s, %s)', async (cache, temporary, memory, reason) => {
    const folder = mkdtempSync(join(tmpdir(), 'octavec-temporary-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const TMPDIR = temporary ?? folder;
    const { status, stdout } = await inProcess(
      `
      const embedder = await Embedder.load(embeddedModel, { memory: 'shared' });
      console.log(JSON.stringify([(await embedder.embed(['a'])).rows, embedder.engine]));`,
      { OCTAVEC_CACHE: cache, TMPDIR },
    );
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject([1, { memory, memoryReason: expect.stringMatching(reason) }]);
  });
});
