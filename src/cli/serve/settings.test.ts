import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { hashOfKey } from '../../server/index.js';
import { lateChanges, serverOptions, serveSettings, settingChanges } from './settings.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'octavec-settings-'));
  vi.stubEnv('XDG_CONFIG_HOME', folder);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe('settings', () => {
  test('are those of [server], over them what counts for all commands, over them flags', async () => {
    const config = file('c.toml', 'threads = 2\nengine = "native"\n[server]\nport = 1\nhost = "0.0.0.0"\n');
    expect(await serveSettings({ config, port: 2, threads: undefined })).toMatchObject({
      ...{ threads: 2, engine: 'native', port: 2, host: '0.0.0.0' },
    });
    expect(await serveSettings({ config, threads: 4 })).toMatchObject({ threads: 4, port: 1 });
  });

  test('a flag of false is one', async () => {
    const config = file('c.toml', '[server]\nautoTruncate = true\n');
    expect((await serveSettings({ config, autoTruncate: false })).autoTruncate).toBe(false);
  });
});

describe('options of the server', () => {
  test('megabytes become bytes, and what is not said stays open', async () => {
    expect(await serverOptions({ memoryBudget: 1.5, cacheSize: 2 })).toMatchObject({
      ...{ memoryBudget: 1_572_864, cacheBytes: 2_097_152, logLevel: 'warn' },
    });
    const { memoryBudget, cacheBytes, tls } = (await serverOptions({})) as Record<string, unknown>;
    expect([memoryBudget, cacheBytes, tls]).toEqual([undefined, undefined, undefined]);
  });

  test('certificate and key go together', async () => {
    const [tlsCert, tlsKey] = [file('cert.pem', 'certificate'), file('key.pem', 'key')];
    expect(await serverOptions({ tlsCert, tlsKey })).toMatchObject({ tls: { cert: 'certificate', key: 'key' } });
    await expect(serverOptions({ tlsCert })).rejects.toThrow('--tls-cert and --tls-key go together');
    await expect(serverOptions({ tlsKey })).rejects.toThrow('--tls-cert and --tls-key go together');
    await expect(serverOptions({ tlsCert, tlsKey: join(folder, 'none') })).rejects.toMatchObject({
      code: 'FILE_NOT_READABLE',
    });
  });
});

describe('what a running server takes over', () => {
  test('keys are hashes: the single one, then those of the file', async () => {
    const apiKeyFile = file('keys.txt', '# ours\nsecond\n\nthird\n');
    const { apiKeys } = await settingChanges({ apiKey: 'first', apiKeyFile });
    expect(apiKeys).toEqual(['first', 'second', 'third'].map(hashOfKey));
    expect((await settingChanges({})).apiKeys).toEqual([]);
  });

  test('a file of keys without a key does not open the server', async () => {
    await expect(settingChanges({ apiKeyFile: file('empty.txt', '\n# none\n') })).rejects.toMatchObject({
      code: 'USAGE',
    });
  });

  test('other changes are named, and those that count at once are not', () => {
    const before = { port: 1, maxConcurrentRequests: 5, models: ['a'], apiKeyFile: 'a' };
    expect(lateChanges(before, { ...before, maxConcurrentRequests: 6, apiKeyFile: 'b' })).toEqual([]);
    expect(lateChanges(before, { ...before, port: 2, models: ['a', 'b'] })).toEqual(['port', 'models']);
    expect(lateChanges(before, { ...before, host: '::' })).toEqual(['host']);
    expect(lateChanges(before, { maxConcurrentRequests: 5, models: ['a'] })).toEqual(['port']);
    expect(lateChanges(before, { ...before, models: ['a'] })).toEqual([]);
  });
});
