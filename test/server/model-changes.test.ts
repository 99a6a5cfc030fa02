import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ModelFiles, openModelFolder } from 'octavec';
import { serve } from 'octavec/server';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { serverForTest } from '../support/http-server.js';
import { makeTinyFolder } from '../support/tiny-folder.js';

let folder: string;
let onnxPath: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'octavec-server-changes-'));
  onnxPath = makeTinyFolder(folder, 'bert');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** One thread, so that it loads fast; counts what was loaded. */
function tiny() {
  const ready: string[] = [];
  const model = { name: 'tiny', open: () => openModelFolder(folder) };
  const embedder = { threads: 1, workers: 1, onReady: (line: string) => void ready.push(line) } as const;
  return { options: { models: [model], embedder }, ready };
}

test('raw vectors that could not be had once are had the next time, and the server still ends', async () => {
  const server = await serverForTest(tiny().options);
  const raw = () => server.post('/embed', { inputs: 'a', normalize: false });
  renameSync(onnxPath, `${onnxPath}.away`);
  const failed = await raw();
  renameSync(`${onnxPath}.away`, onnxPath);
  expect(failed).toMatchObject({ status: 424, body: { error_type: 'Backend' } });
  // The path on the server is nobody's business.
  expect(failed.body.error).not.toContain(folder);
  const { status, body } = await raw();
  expect(status).toBe(200);
  expect(Math.hypot(...body[0])).not.toBeCloseTo(1, 3);
});

test('reloads at the same time are done one after the other, each request is served, and the end waits for them', async () => {
  const { options, ready } = tiny();
  const server = await serve({ ...options, port: 0 });
  await server.ready;
  const ask = async () => {
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"inputs":"a"}' };
    return (await fetch(`${server.url}/embed`, init)).status;
  };
  const reloads = [server.reload(), server.reload()];
  expect(await Promise.all([ask(), ask(), ask()])).toEqual([200, 200, 200]);
  await Promise.all(reloads);
  expect(ready).toHaveLength(3);
  const last = server.reload();
  const order: string[] = [];
  await Promise.all([
    last.then(() => void order.push('reloaded')),
    server.close().then(() => void order.push('closed')),
  ]);
  expect(order).toEqual(['reloaded', 'closed']);
});

test('a reload that fails leaves the model as it was, and the next one counts', async () => {
  let files: Promise<ModelFiles> = openModelFolder(folder);
  const { options } = tiny();
  const server = await serverForTest({ ...options, models: [{ name: 'tiny', open: () => files }] });
  files = Promise.reject(new Error('no such file'));
  await expect(server.reload()).rejects.toThrow('no such file');
  expect((await server.post('/embed', { inputs: 'a' })).status).toBe(200);
  files = openModelFolder(folder);
  await server.reload();
  expect((await server.post('/embed', { inputs: 'a' })).status).toBe(200);
});
