import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, inject, test } from 'vitest';
import { hubServer } from '../support/hub-server.js';
import { errorOf, filesIn, octavec, temporaryFolder } from './octavec.js';

const int8 = inject('variants');
const pairs = [
  { sentence1: 'A cat sleeps on the mat.', sentence2: 'A cat is sleeping on the mat.', score: 5 },
  { sentence1: 'The bank was closed on Sunday.', sentence2: 'On Sunday the bank did not open.', score: 4 },
  { sentence1: 'A cat sleeps on the mat.', sentence2: 'A dog barks at the cat.', score: 2 },
  { sentence1: 'Ice floats on water.', sentence2: 'My card has not arrived.', score: 0 },
];
const files = { 'test.jsonl.gz': gzipSync(pairs.map((pair) => JSON.stringify(pair)).join('\n')) };

describe('octavec evaluate with a data set of the hub', () => {
  test('fetches it once into the shared cache, and works offline then', async () => {
    const hub = await hubServer({ kind: 'dataset', id: 'mteb/toy-sts', files, large: Object.keys(files) });
    const home = temporaryFolder();
    const env = { HF_HOME: home, HF_ENDPOINT: hub.endpoint, HF_HUB_OFFLINE: undefined };
    const args = ['evaluate', int8, '--variant', 'int8', '--task', 'mteb/toy-sts', '--no-cache', '--json'];
    const first = await octavec(args, { env });
    expect(first).toMatchObject({ status: 0, stderr: '' });
    expect(JSON.parse(first.stdout).results).toMatchObject([
      { task: 'toy-sts', kind: 'sts', metrics: { spearman: expect.closeTo(1, 9) } },
    ]);
    expect(filesIn(join(home, 'hub')).some((path) => /snapshots\/[0-9a-f]{40}\/test\.jsonl\.gz$/.test(path))).toBe(
      true,
    );
    await hub.stop();
    const offline = await octavec(args, { env: { ...env, HF_HUB_OFFLINE: '1' } });
    expect(offline.stdout).toBe(first.stdout);
  });

  test('says what the hub does not have, and where nobody is', async () => {
    const hub = await hubServer();
    const env = { HF_HOME: temporaryFolder(), HF_ENDPOINT: hub.endpoint };
    const args = ['evaluate', int8, '--task', 'mteb/none', '--json'];
    const missing = await octavec(args, { env });
    expect(missing.status).toBe(1);
    expect(errorOf(missing)).toMatchObject({ code: 'HUB_NOT_FOUND', message: expect.stringContaining('mteb/none') });
    await hub.stop();
    const alone = await octavec(args, { env });
    expect(errorOf(alone)).toMatchObject({
      code: 'HUB_UNREACHABLE',
      message: expect.stringContaining('HF_ENDPOINT'),
    });
    const offline = await octavec(args, { env: { ...env, HF_HUB_OFFLINE: '1' } });
    expect(errorOf(offline)).toMatchObject({ code: 'HUB_OFFLINE' });
  });
});
