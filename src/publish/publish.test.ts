import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { soundEvidence } from '../../test/support/evidence.js';
import { type PublishPlan, planPublishing, publish } from './publish.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'octavec-publish-'));
  await mkdir(join(folder, 'onnx'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const options = { repository: 'me/model', base: 'them/model', licence: 'mit' };

describe('a plan is refused', () => {
  test.each(['model', '', 'a/b/c', 'me/', '/model', 'me/mo del', '../model'])(
    'for the repository %j',
    async (repository) => {
      await expect(planPublishing(folder, { ...options, repository })).rejects.toMatchObject({ code: 'USAGE' });
    },
  );

  test('where nothing is proven', async () => {
    await writeFile(join(folder, 'onnx', 'model_int8.onnx'), 'x');
    await expect(planPublishing(folder, options)).rejects.toThrow(`${folder} has no proven variant`);
    await expect(planPublishing(join(folder, 'missing'), options)).rejects.toMatchObject({ code: 'USAGE' });
  });

  test('for variants that are wanted and not proven', async () => {
    await writeFile(join(folder, 'onnx', 'model_int8.onnx'), 'x');
    await writeFile(join(folder, 'onnx', 'model_int8.evidence.json'), JSON.stringify(soundEvidence()));
    const wanted = planPublishing(folder, { ...options, variants: ['int8', 'q4', 'q8'] });
    await expect(wanted).rejects.toThrow('no proven variant q4, q8');
  });

  test('for a file that is another one than its evidence is about', async () => {
    await writeFile(join(folder, 'onnx', 'model_int8.onnx'), 'x');
    await writeFile(join(folder, 'onnx', 'model_int8.evidence.json'), JSON.stringify(soundEvidence()));
    await expect(planPublishing(folder, options)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });
});

describe('an upload is refused before anything is sent', () => {
  const plan: PublishPlan = { repository: 'me/model', card: '', files: [] };
  const settings = { endpoint: 'http://127.0.0.1:9', token: 'secret', offline: false, cache: '/cache' };

  test('offline', async () => {
    const offline = { ...settings, offline: true } as unknown as Parameters<typeof publish>[1]['settings'];
    await expect(publish(plan, { settings: offline })).rejects.toMatchObject({ code: 'HUB_OFFLINE' });
  });

  test('without a token', async () => {
    const anonymous = { ...settings, token: undefined } as unknown as Parameters<typeof publish>[1]['settings'];
    await expect(publish(plan, { settings: anonymous })).rejects.toMatchObject({ code: 'HUB_DENIED' });
  });
});
