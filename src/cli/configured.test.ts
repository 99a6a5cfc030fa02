import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { settingsOf } from './configured.js';
import { serveSettings } from './serve/settings.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'octavec-cli-configured-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function fileOf(content: string): string {
  const path = join(folder, 'octavec.toml');
  writeFileSync(path, content);
  return path;
}

describe('flags and configuration in one', () => {
  const content = 'threads = 2\nengine = "native"\ntexts = "t.txt"\ntasks = ["sts"]\nto = ["int8"]\ncache = "c"\n';

  test('what the configuration says counts where no flag does', async () => {
    const settings = await settingsOf({ config: fileOf(content) });
    expect(settings).toMatchObject({
      run: { threads: 2, engine: 'native' },
      cache: join(folder, 'c', 'embeddings'),
      texts: join(folder, 't.txt'),
      tasks: ['sts'],
      to: ['int8'],
    });
    expect(settings.gates.gate).toBeUndefined();
  });

  test('a template of names is that of the configuration', async () => {
    const names = 'AVA-{family}[-{precision}].onnx';
    expect((await settingsOf({ config: fileOf(`[models]\nnames = "${names}"\n`) })).names).toBe(names);
    expect((await settingsOf({ config: fileOf(content) })).names).toBeUndefined();
  });

  test('what a flag says wins', async () => {
    const flags = { threads: 4, engine: 'onnxruntime', cache: false, texts: 'own.txt', task: ['a', 'b'] } as const;
    expect(await settingsOf({ config: fileOf(content), ...flags })).toMatchObject({
      run: { threads: 4, engine: 'onnxruntime' },
      cache: false,
      texts: 'own.txt',
      tasks: ['a', 'b'],
    });
  });

  test('nothing said is nothing decided', async () => {
    const { run, cache, texts, tasks, to } = await settingsOf({ config: fileOf('') });
    expect({ run, cache, texts, tasks, to }).toEqual({
      run: { threads: undefined, engine: undefined },
      ...{ cache: undefined, texts: undefined, tasks: undefined, to: undefined },
    });
  });

  test('a gate is one of octavec, or one of the configuration; limits of flags stand beside its own', async () => {
    const config = fileOf('gate = "house"\n[gates.house]\nlike = "int8"\ncosineMean = 0.5\n[limits]\ncosineP1 = 0.9\n');
    const { gates } = await settingsOf({ config, limit: { topKOverlap: 0.8 } });
    expect(gates.gate?.limits.cosineMean).toBe(0.5);
    expect([gates.limits, gates.limitsWhereMeasured]).toEqual([{ topKOverlap: 0.8 }, { cosineP1: 0.9 }]);
    expect((await settingsOf({ config, gate: 'strict' })).gates.gate?.limits.cosineMean).toBeGreaterThan(0.9);
    await expect(settingsOf({ config, gate: 'nobody' })).rejects.toMatchObject({ code: 'USAGE' });
  });

  test('offline is of flag or configuration', async () => {
    expect((await settingsOf({ config: fileOf('[hub]\noffline = true\n') })).hub.offline).toBe(true);
    expect((await settingsOf({ config: fileOf(''), offline: true })).hub.offline).toBe(true);
  });

  test('a configuration that is named must be there', async () => {
    await expect(settingsOf({ config: join(folder, 'none.toml') })).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
  });
});

describe('settings of serve', () => {
  const content = 'threads = 2\n[server]\nport = 8080\nmodels = ["minilm"]\naliases = { small = "minilm" }\n';

  test('come from the table of the server, and threads from all of it', async () => {
    expect(await serveSettings({ config: fileOf(content) })).toMatchObject({
      threads: 2,
      port: 8080,
      models: ['minilm'],
      aliases: { small: 'minilm' },
    });
  });

  test('flags win, those that are not given do not', async () => {
    const config = fileOf(content);
    expect(await serveSettings({ config, port: 1, threads: undefined })).toMatchObject({ port: 1, threads: 2 });
  });
});
