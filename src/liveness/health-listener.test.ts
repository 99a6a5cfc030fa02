import { Worker } from 'node:worker_threads';
import { expect, onTestFinished, test } from 'vitest';
import { listenForProbes } from '#rooms/liveness';

test('answers while this thread does nothing else than wait', async () => {
  const { port, close } = await listenForProbes('127.0.0.1', 0);
  onTestFinished(close);
  const seen = new Int32Array(new SharedArrayBuffer(4));
  const ask = `
    const { get } = require('node:http');
    const { workerData: { port, seen } } = require('node:worker_threads');
    get({ host: '127.0.0.1', port, path: '/health' }, ({ statusCode }) => {
      Atomics.store(seen, 0, statusCode);
      Atomics.notify(seen, 0);
    });`;
  const asking = new Worker(ask, { eval: true, workerData: { port, seen } });
  onTestFinished(() => void asking.terminate());
  expect((await fetch(`http://127.0.0.1:${port}/embed`)).status).toBe(404);
  Atomics.wait(seen, 0, 0, 9000);
  expect(seen[0]).toBe(200);
});

test('says so when this thread has stood still for ten seconds, and takes it back', async () => {
  const { port, close } = await listenForProbes('127.0.0.1', 0);
  onTestFinished(close);
  const seen = new Int32Array(new SharedArrayBuffer(4));
  const askOnAndOn = `
    const { get } = require('node:http');
    const { workerData: { port, seen } } = require('node:worker_threads');
    const ask = () => get({ host: '127.0.0.1', port, path: '/health' }, (response) => {
      response.resume();
      if (response.statusCode === 200) {
        setTimeout(ask, 200);
        return;
      }
      Atomics.store(seen, 0, response.statusCode);
      Atomics.notify(seen, 0);
    });
    ask();`;
  const asking = new Worker(askOnAndOn, { eval: true, workerData: { port, seen } });
  onTestFinished(() => void asking.terminate());
  // A worker thread starts without the help of this one.
  Atomics.wait(seen, 0, 0, 60_000);
  expect(seen[0]).toBe(503);
  const health = () => fetch(`http://127.0.0.1:${port}/health`).then(({ status }) => status);
  await expect.poll(health, { timeout: 20_000 }).toBe(200);
}, 90_000);

test('says where it cannot listen', async () => {
  const first = await listenForProbes('127.0.0.1', 0);
  onTestFinished(first.close);
  await expect(listenForProbes('127.0.0.1', first.port)).rejects.toMatchObject({
    code: 'HOST_UNUSABLE',
    message: expect.stringContaining(`127.0.0.1:${first.port} for probes`),
  });
});
