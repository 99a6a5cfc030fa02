import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hubSettings } from './hub-settings.js';

let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'octavec-hub-home-'));
  writeFileSync(join(home, 'token'), 'hf_kept\n');
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

describe('the environment, as huggingface_hub reads it', () => {
  test('nothing said', async () => {
    const { endpoint, offline, answerTimeoutMs } = await hubSettings({ HF_TOKEN_PATH: '/nowhere' });
    expect({ endpoint, offline, answerTimeoutMs }).toEqual({
      endpoint: 'https://huggingface.co',
      offline: false,
      answerTimeoutMs: 10_000,
    });
    expect((await hubSettings({})).cache).toBe(join(homedir(), '.cache/huggingface/hub'));
  });

  test.each([
    [{ XDG_CACHE_HOME: '/x' }, { cache: '/x/huggingface/hub' }],
    [{ XDG_CACHE_HOME: '/x', HF_HOME: '/h' }, { cache: '/h/hub' }],
    [{ HF_HOME: '/h', HUGGINGFACE_HUB_CACHE: '/old' }, { cache: '/old' }],
    [{ HF_HUB_CACHE: '/new', HUGGINGFACE_HUB_CACHE: '/old' }, { cache: '/new' }],
    [{ HF_ENDPOINT: 'https://mirror.example/' }, { endpoint: 'https://mirror.example' }],
    [{ HF_HUB_OFFLINE: 'yes' }, { offline: true }],
    [{ TRANSFORMERS_OFFLINE: '1' }, { offline: true }],
    [{ HF_HUB_OFFLINE: '0' }, { offline: false }],
    [
      { HF_HUB_DOWNLOAD_TIMEOUT: '3', HF_HUB_ETAG_TIMEOUT: 'x' },
      { stallTimeoutMs: 3000, answerTimeoutMs: 10_000 },
    ],
    [{ HF_TOKEN: ' hf_a ', HUGGING_FACE_HUB_TOKEN: 'hf_b' }, { token: 'hf_a' }],
    [{ HUGGING_FACE_HUB_TOKEN: 'hf_b' }, { token: 'hf_b' }],
    [{ HF_TOKEN: 'hf_a', HF_HUB_DISABLE_IMPLICIT_TOKEN: 'true' }, { token: undefined }],
  ])('%j', async (environment, expected) => {
    expect(await hubSettings(environment)).toMatchObject(expected);
  });

  test('a token that was kept in a file', async () => {
    expect(await hubSettings({ HF_HOME: home })).toMatchObject({ token: 'hf_kept' });
    expect((await hubSettings({ HF_HOME: home, HF_TOKEN_PATH: '/nowhere' })).token).toBeUndefined();
  });
});
