import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { Embedder } from 'octavec';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadBinding } from '#rooms/native';
import { makeTinyFolder } from './support/tiny-folder.js';

let root: string;
let model: string;
let embedder: Embedder;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'octavec-native-threads-'));
  model = join(root, 'tiny');
  makeTinyFolder(model, 'bert');
  embedder = await Embedder.load(model, { engine: 'native', threads: 2 });
});
afterAll(async () => {
  await embedder?.close();
  rmSync(root, { recursive: true, force: true });
});

/** Texts of 1 to 40 words, in no order of length. */
const texts = Array.from({ length: 300 }, (_, i) => `${'abcdefgh'[i % 8]} `.repeat(1 + ((i * 17) % 40)));

/** A thread that loads the engine for itself; `body` runs with `embedder` and `parentPort`. */
function thread(body: string): Worker {
  return new Worker(
    `const { parentPort, workerData } = require('node:worker_threads');
    import('octavec').then(async ({ Embedder }) => {
      const embedder = await Embedder.load(workerData.model, { engine: 'native', threads: 2 });
      ${body}
    });`,
    { eval: true, workerData: { model, texts } },
  );
}

const messageOf = (worker: Worker) =>
  new Promise<unknown>((resolve, reject) => worker.once('message', resolve).once('error', reject));

describe.skipIf('reason' in loadBinding())('the native engine in several threads of a process', () => {
  test('gives all of them the same vectors', async () => {
    const body = `const vectors = await embedder.embed(workerData.texts);
      parentPort.postMessage(vectors.data);
      await embedder.close();`;
    const workers = [thread(body), thread(body)];
    const [own, ...others] = await Promise.all([embedder.embed(texts), ...workers.map(messageOf)]);
    for (const other of others) {
      expect(other).toEqual(own.data);
    }
  });

  test('goes on where another thread is ended in the middle of its texts', async () => {
    const { data: expected } = await embedder.embed(texts);
    const workers = Array.from({ length: 3 }, () =>
      thread(`const many = Array(40).fill(workerData.texts).flat();
        const running = [embedder.embed(many), embedder.embed(many)];
        parentPort.postMessage('runs');
        await Promise.all(running);`),
    );
    await Promise.all(workers.map(messageOf));
    const [{ data }] = await Promise.all([embedder.embed(texts), ...workers.map((worker) => worker.terminate())]);
    expect(data).toEqual(expected);
    expect((await embedder.embed(texts)).data).toEqual(expected);
  });
});

describe.skipIf('reason' in loadBinding())('the native engine', () => {
  test('gives each of 10,000 texts of any length in one call the vector that it has alone', async () => {
    const many = Array.from({ length: 10_000 }, (_, i) =>
      i % 500 === 3 ? texts[39] : texts[(i * 7) % 300].slice(0, 9),
    );
    const vectors = await embedder.embed(many);
    expect(vectors.rows).toBe(many.length);
    for (const place of [0, 1, 3, 4999, 9503, 9999]) {
      const [alone] = await embedder.embed([many[place]]);
      expect(vectors[place]).toEqual(alone);
    }
  });
});
