import { readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { randomNumbers } from '#rooms/numbers';
import { type HubServer, hubServer, sha256 } from '../support/hub-server.js';
import { errorOf, filesIn, octavec, octavecProcess, temporaryFolder } from './octavec.js';

/** More of each in `npm run test:long`. */
const isLong = process.env.OCTAVEC_TEST_LONG !== undefined;
const kills = isLong ? 40 : 3;
const megabytes = isLong ? 64 : 8;

const random = randomNumbers(Number(process.env.OCTAVEC_TEST_SEED ?? 20));
const weights = Uint8Array.from({ length: megabytes * 2 ** 20 }, () => 256 * random());
const id = 'toys/large';

async function hubWithModel() {
  const files = { 'config.json': '{"a": 1}', 'tokenizer.json': '{"b": 2}', 'onnx/model.onnx': weights };
  const hub = await hubServer({ kind: 'model', id, files, large: ['onnx/model.onnx'] });
  const home = temporaryFolder();
  const env = { HF_HOME: home, HF_ENDPOINT: hub.endpoint, HF_HUB_OFFLINE: undefined };
  return { hub, home, env };
}

const isBody = ({ method, path }: { readonly method: string; readonly path: string }) =>
  method === 'GET' && path.startsWith('store:');

/** Bytes of the large file that were sent more than once. */
function sentTwice({ seen }: HubServer): number {
  const ranges = seen
    .filter(isBody)
    .map(({ range, sent }) => [Number(/bytes=(\d+)/.exec(range ?? '')?.[1] ?? 0), sent] as const);
  let end = 0;
  let twice = 0;
  for (const [start, sent] of ranges) {
    twice += Math.max(0, Math.min(end, start + sent) - start);
    end = Math.max(end, start + sent);
  }
  return twice;
}

function expectWhole(folder: string): void {
  expect(sha256(readFileSync(join(folder, 'onnx/model.onnx')))).toBe(sha256(weights));
  expect(filesIn(join(folder, '../../blobs')).filter((name) => /lock|incomplete/.test(name))).toEqual([]);
}

describe('a pull', () => {
  test('that is cut 20 times ends with the right bytes, and fetches next to nothing twice', async () => {
    const { hub, env } = await hubWithModel();
    let cuts = 0;
    hub.fault = (request) =>
      isBody(request) && cuts++ < 20 ? { cutAfter: Math.ceil((random() * weights.length) / 12) } : undefined;
    const { status, stdout, stderr } = await octavec(['pull', id, '--json'], { env });
    expect([status, stderr]).toEqual([0, '']);
    expectWhole(JSON.parse(stdout)[0].folder);
    expect(sentTwice(hub)).toBeLessThan(0.05 * weights.length);
  });

  test('beside another fetches once', async () => {
    const { hub, env } = await hubWithModel();
    hub.fault = (request) => (isBody(request) ? { every10Ms: weights.length / 64 } : undefined);
    const both = await Promise.all([octavecProcess(['pull', id], { env }), octavecProcess(['pull', id], { env })]);
    expect(both.map(({ status }) => status)).toEqual([0, 0]);
    expect(hub.seen.filter(isBody)).toHaveLength(1);
    expectWhole(both[0].stdout.trim());
  });

  test('that is killed at any moment leaves nothing that is taken for whole, and the next goes on', async () => {
    const { hub, env } = await hubWithModel();
    hub.fault = (request) => (isBody(request) ? { every10Ms: weights.length / (8 * kills) } : undefined);
    const offline = { ...env, HF_HUB_OFFLINE: '1' };
    for (let i = 0; i < kills; i++) {
      const before = hub.seen.length;
      const { status } = await octavecProcess(['pull', id], {
        env,
        whileRunning: async (child) => {
          // Somewhere in what it does: from its first request on.
          while (hub.seen.length === before && child.exitCode === null) {
            await delay(5);
          }
          await delay(80 * random());
          child.kill('SIGKILL');
        },
      });
      if (status === 0) {
        break;
      }
      const { stderr } = await octavec(['pull', id, '--offline', '--json'], { env: offline });
      expect(errorOf({ status: 1, stdout: '', stderr }).code).toBe('HUB_OFFLINE');
    }
    const { status, stdout } = await octavec(['pull', id], { env });
    expect(status).toBe(0);
    expectWhole(stdout.trim());
    expect(sentTwice(hub)).toBeLessThan(0.05 * weights.length * kills);
  });

  test('finds every flipped byte, names the file and fetches it again', async () => {
    const { env } = await hubWithModel();
    const folder = (await octavec(['pull', id], { env })).stdout.trim();
    for (const path of ['config.json', 'onnx/model.onnx']) {
      const blob = realpathSync(join(folder, path));
      const bytes = readFileSync(blob);
      bytes[Math.floor(random() * bytes.length)] ^= 1 << (8 * random());
      writeFileSync(blob, bytes);
      const { status, stderr } = await octavec(['pull', id], { env });
      expect([status, stderr]).toEqual([0, expect.stringContaining(`${path} of ${id} was damaged`)]);
      expectWhole(folder);
    }
    expect(readFileSync(join(folder, 'config.json'), 'utf8')).toBe('{"a": 1}');
  });
});
