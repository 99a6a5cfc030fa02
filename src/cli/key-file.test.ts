import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hashOfKey } from '../base/index.js';
import { readKeyFile } from './key-file.js';
import { lateChanges, serverOptions, settingChanges } from './serve/settings.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'octavec-keys-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function fileOf(content: string): string {
  const path = join(folder, 'keys');
  writeFileSync(path, content);
  return path;
}

describe('a file of keys', () => {
  test('holds one a line', async () => {
    expect(await readKeyFile(fileOf('first\nsecond\n'))).toEqual([hashOfKey('first'), hashOfKey('second')]);
  });

  test.each(['', '\n \n'])('without a key is refused: %j', async (content) => {
    await expect(readKeyFile(fileOf(content))).rejects.toMatchObject({ code: 'USAGE' });
  });

  test('that is not there is named', async () => {
    const path = join(folder, 'none');
    await expect(readKeyFile(path)).rejects.toMatchObject({ code: 'FILE_NOT_READABLE', details: { path } });
  });
});

describe('settings of the server', () => {
  test('keys of flag and file count together', async () => {
    const { apiKeys } = await settingChanges({ apiKey: 'one', apiKeyFile: fileOf('two') });
    expect(apiKeys).toEqual([hashOfKey('one'), hashOfKey('two')]);
    expect((await settingChanges({})).apiKeys).toEqual([]);
  });

  test('sizes are in megabytes; nothing said stays nothing', async () => {
    expect(await serverOptions({ memoryBudget: 2, cacheSize: 0.5 })).toMatchObject({
      memoryBudget: 2_097_152,
      cacheBytes: 524_288,
      logLevel: 'warn',
    });
    expect(await serverOptions({})).toMatchObject({ memoryBudget: undefined, cacheBytes: undefined });
  });

  test.each([{ tlsCert: 'a' }, { tlsKey: 'b' }])('certificate and key go together: %j', async (settings) => {
    await expect(serverOptions(settings)).rejects.toMatchObject({ code: 'USAGE' });
  });

  test('a certificate is read from its file, or named', async () => {
    const path = fileOf('PEM');
    expect(await serverOptions({ tlsCert: path, tlsKey: path })).toMatchObject({ tls: { cert: 'PEM', key: 'PEM' } });
    const none = join(folder, 'none.pem');
    await expect(serverOptions({ tlsCert: none, tlsKey: path })).rejects.toMatchObject({ details: { path: none } });
  });

  test.each([
    [{}, {}, []],
    [{ port: 1 }, { port: 1 }, []],
    [{ port: 1 }, { port: 2 }, ['port']],
    [{ port: 1 }, {}, ['port']],
    [{ models: ['a'] }, { models: ['a', 'b'] }, ['models']],
    [{ aliases: { a: 'b' } }, { aliases: { a: 'b' } }, []],
    [{ requestTimeout: 1, apiKeyFile: 'a', autoTruncate: true }, { requestTimeout: 2, apiKeyFile: 'b' }, []],
    [{ payloadLimit: 1 }, { payloadLimit: 2 }, ['payloadLimit']],
  ])('of %j and %j, what needs a restart is %j', (before, after, names) => {
    expect(lateChanges(before, after)).toEqual(names);
  });
});
