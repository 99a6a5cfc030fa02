import { appendFileSync, cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { adbStandIn } from '../support/adb-server.js';
import { sha256 } from '../support/hub-server.js';
import { errorOf, octavec, temporaryFolder } from './octavec.js';

const names = 'AVA-ONX-{dimensions}-{family}[-v{version}][-{precision}].onnx';
const stem = 'AVA-ONX-384-toy-v2-int8';

/** The shared variants under a name with a version, and the folder of a device. */
function places() {
  const cwd = temporaryFolder();
  cpSync(inject('variants'), join(cwd, 'toy-v2'), { recursive: true });
  const there = join(cwd, 'device/models');
  writeFileSync(
    join(cwd, 'octavec.toml'),
    `[models]\nnames = "${names}"\nfolders = ["."]\n[device]\nto = "${there}"\n`,
  );
  return { cwd, there };
}

describe('octavec push', () => {
  test('brings a proven variant to every device that is named, with what the app needs, and verifies it', async () => {
    const { cwd, there } = places();
    const { port, seen } = await adbStandIn({ serial: 'toy' });
    const env = { ANDROID_ADB_SERVER_PORT: String(port) };
    const run = (...args: string[]) => octavec(['push', './toy-v2', '--variant', 'int8', ...args], { cwd, env });
    const pushed = await run('--json');
    expect([pushed.status, pushed.stderr]).toEqual([0, '']);
    const files = [`${stem}.evidence.json`, `${stem}.json`, `${stem}.onnx`, `${stem}.tokenizer.json`];
    expect(readdirSync(there).sort()).toEqual(files.sort());
    const bytes = readFileSync(join(there, `${stem}.onnx`));
    expect(bytes.equals(readFileSync(join(cwd, 'toy-v2/onnx/model_int8.onnx')))).toBe(true);
    const model = {
      ...{ id: stem, path: join(there, `${stem}.onnx`), tokenizer: join(there, `${stem}.tokenizer.json`) },
      ...{ isQuantized: true, quantizationType: 'int8', dimensions: 384, maxTokens: 256, pooling: 'mean' },
      ...{ normalize: true, prompts: {}, sha256: sha256(bytes), version: '2' },
    };
    expect(JSON.parse(pushed.stdout).models).toEqual([model]);
    expect(JSON.parse(readFileSync(join(there, `${stem}.json`), 'utf8'))).toEqual(model);

    const sent = seen.filter((entry) => entry.startsWith('send ')).length;
    expect((await run('--verify')).stdout).toContain('the same already');
    expect((await run()).status).toBe(0);
    expect(seen.filter((entry) => entry.startsWith('send '))).toHaveLength(sent);
    appendFileSync(join(there, `${stem}.onnx`), 'x');
    const differs = await run('--verify', '--json');
    expect(errorOf(differs)).toMatchObject({
      code: 'DEVICE_DIFFERS',
      message: expect.stringContaining(`${stem}.onnx (different)`),
    });
  });

  test('two devices at once: one alone is named first, and what one lacks is told of it', async () => {
    const { cwd } = places();
    const sdcard = (serial: string) => join(cwd, serial);
    const { port } = await adbStandIn(...['one', 'two'].map((serial) => ({ serial, sdcard: sdcard(serial) })));
    const run = (...args: string[]) =>
      octavec(['push', './toy-v2', '--variant', 'int8', '--app', 'com.example.app', ...args], {
        ...{ cwd, env: { ANDROID_ADB_SERVER_PORT: String(port) } },
      });
    const both = await run('--device', 'one,two', '--json');
    expect([both.status, both.stderr]).toEqual([0, '']);
    const { devices } = JSON.parse(both.stdout);
    expect(devices.map(({ serial }: { serial: string }) => serial)).toEqual(['one', 'two']);
    const model = (serial: string) => join(sdcard(serial), `Android/data/com.example.app/files/models/${stem}.onnx`);
    expect(readFileSync(model('one')).equals(readFileSync(model('two')))).toBe(true);
    rmSync(model('two'));
    const differs = await run('--device', 'one,two', '--verify');
    expect(differs.stderr).toMatch(/two.*\.onnx \(missing\)/s);
    expect((await run()).stderr).toMatch(/2 devices are connected \(one .*--device SERIAL/);
  });

  test('says what would be sent, and writes the list that an app reads', async () => {
    const { cwd, there } = places();
    const run = (...args: string[]) => octavec(['push', './toy-v2', '--dry-run', ...args], { cwd });
    expect((await run('--variant', 'int8')).stdout).toContain(`${there}, would hold:\n  ${stem}.tokenizer.json\n`);
    const kotlin = (await run('--variant', 'int8', '--app', 'com.example.app', '--export-config', 'kotlin')).stdout;
    expect(kotlin).toContain(`path = "/sdcard/Android/data/com.example.app/files/models/${stem}.onnx",`);
    const swift = (await run('--variant', 'fp16', '--export-config', 'swift')).stdout;
    expect(swift).toContain('isQuantized: false');
    expect(swift).toContain('prompts: [:]');
  });

  test('goes by the names of the template, as models does; unknown ones are told with those there are', async () => {
    const { cwd } = places();
    const shown = await octavec(['models', 'show', stem], { cwd });
    expect(shown.stdout).toMatch(new RegExp(`int8 .* passed .*model_int8\\.onnx\\n +${stem}\\.onnx\\n$`));
    const pushed = await octavec(['push', `${stem}.onnx`, '--dry-run'], { cwd });
    expect(pushed.stdout).toContain(`  ${stem}.onnx\n`);
    const unknown = await octavec(['models', 'path', stem.replace('int8', 'q4')], { cwd });
    expect(unknown.stderr).toContain(`By your template there are: ${stem.replace('int8', 'fp16')}.onnx, ${stem}.onnx.`);
    expect(unknown.status).toBe(1);
  });

  test.each<[string, string[], number, RegExp]>([
    ['no place', ['--config', 'none.toml'], 2, /Give --app com\.example\.app, or --to/],
    ['no adb', [], 1, /no program adb on the PATH/],
    ['no such variant', ['--variant', 'q4'], 2, /There are: .*int8/],
    [
      'a template without sense',
      ['--names', '{family}{precision}.onnx'],
      2,
      /two fields without anything between them/,
    ],
  ])('%s is told', async (_, args, status, message) => {
    const { cwd } = places();
    writeFileSync(join(cwd, 'none.toml'), '');
    const env = { ANDROID_ADB_SERVER_PORT: '2', PATH: '/nowhere' };
    const outcome = await octavec(['push', './toy-v2', '--variant', 'int8', ...args], { cwd, env });
    expect(outcome.stderr).toMatch(message);
    expect(outcome.status).toBe(status);
  });
});
