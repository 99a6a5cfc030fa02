import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { hubServer, type ServedRepository } from '../support/hub-server.js';
import { errorOf, filesIn, octavec, temporaryFolder } from './octavec.js';

/** A tiny model as a repository of the hub. */
function repository(id: string, more: Readonly<Record<string, string>> = {}): ServedRepository {
  const folder = inject('tiny');
  const files = Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path.slice(folder.length + 1), readFileSync(path)]),
  );
  return { kind: 'model', id, files: { ...files, ...more }, large: ['onnx/model.onnx'] };
}

const toy = 'toys/minilm';

/** Something that looks like a model from afar: enough to be fetched. */
const likeAModel = (id: string): ServedRepository => {
  const files = { 'config.json': '{}', 'tokenizer.json': '{}', 'onnx/model.onnx': new Uint8Array(300_000).fill(7) };
  return { kind: 'model', id, files, large: ['onnx/model.onnx'] };
};

describe('a model by its name', () => {
  test('is fetched, quantized into a folder of octavec, verified, embedded with, listed and removed', async () => {
    const hub = await hubServer(repository(toy, { 'pytorch_model.bin': 'x', 'openvino/model.xml': '<a/>' }));
    const home = temporaryFolder();
    const env = {
      HF_HOME: home,
      HF_ENDPOINT: hub.endpoint,
      OCTAVEC_CACHE: join(home, 'octavec'),
      HF_HUB_OFFLINE: undefined,
    };
    const run = (...args: string[]) => octavec(args, { env, cwd: home });

    const pulled = await run('pull', toy, '--json');
    expect(pulled.status).toBe(0);
    const [{ folder, files, commit }] = JSON.parse(pulled.stdout);
    expect(folder).toBe(join(home, `hub/models--toys--minilm/snapshots/${commit}`));
    expect(files).toContain('onnx/model.onnx');
    expect(files.filter((path: string) => /pytorch|openvino/.test(path))).toEqual([]);

    const before = filesIn(join(home, 'hub'));
    const made = await run('quantize', toy, '--to', 'int8', '--texts', inject('texts'), '--json');
    expect(made.status).toBe(0);
    const [{ path }] = JSON.parse(made.stdout).variants;
    expect(path).toBe(join(home, 'octavec/models/toys--minilm', commit, 'onnx/model_int8.onnx'));
    expect(filesIn(join(home, 'hub'))).toEqual(before);

    await hub.stop();
    const offline = { ...env, HF_HUB_OFFLINE: '1' };
    const again = (...args: string[]) => octavec(args, { env: offline, cwd: home });
    expect((await again('verify', toy, '--variant', 'int8', '--texts', inject('texts'))).status).toBe(0);
    const embedded = await again('embed', `${toy}@main`, '--variant', 'int8', 'hello world');
    expect(JSON.parse(embedded.stdout).embedding).toHaveLength(64);
    expect(embedded.stderr).toContain(folder);

    const listed = JSON.parse((await again('models', '--json')).stdout);
    expect(
      listed.map(({ id, precision, isQuantized, verdict }: Record<string, unknown>) => [
        id,
        precision,
        isQuantized,
        verdict,
      ]),
    ).toEqual([
      [toy, 'fp32', false, undefined],
      [toy, 'int8', true, 'passed'],
    ]);
    expect((await again('models', 'path', toy)).stdout).toBe(`${folder}\n`);

    const asked = await again('models', 'remove', toy);
    expect(asked.stdout).toContain('--yes removes');
    expect(existsSync(path)).toBe(true);
    expect((await again('models', 'remove', toy, '--yes')).status).toBe(0);
    expect([existsSync(path), existsSync(folder)]).toEqual([false, false]);
    expect(errorOf(await again('embed', toy, 'hello', '--json'))).toMatchObject({ code: 'HUB_OFFLINE' });
  });

  test('is found damaged, named, and fetched again', async () => {
    const hub = await hubServer(likeAModel(toy));
    const home = temporaryFolder();
    const env = { HF_HOME: home, HF_ENDPOINT: hub.endpoint, HF_HUB_OFFLINE: undefined };
    const [{ folder }] = JSON.parse((await octavec(['pull', toy, '--json'], { env })).stdout);
    const blob = realpathSync(join(folder, 'onnx/model.onnx'));
    const bytes = readFileSync(blob);
    bytes[123_456] ^= 1;
    writeFileSync(blob, bytes);
    const checked = await octavec(['models', 'verify'], { env });
    expect(checked.status).toBe(1);
    expect(checked.stdout).toContain(`${toy}: onnx/model.onnx is damaged`);
    const mended = await octavec(['pull', toy], { env });
    expect(mended.stderr).toContain('onnx/model.onnx of toys/minilm was damaged');
    expect((await octavec(['models', 'verify'], { env })).status).toBe(0);
  });

  test('is the folder of that name where there is one', async () => {
    const home = temporaryFolder();
    mkdirSync(join(home, 'BAAI'));
    cpSync(inject('tiny'), join(home, 'BAAI/minilm'), { recursive: true });
    const { status, stderr } = await octavec(['embed', 'BAAI/minilm', 'hello'], { cwd: home });
    expect(status).toBe(0);
    expect(stderr).toContain('hf:BAAI/minilm');
  });

  test('is looked for where [hub] says, and tasks are, too', async () => {
    const hub = await hubServer(likeAModel(toy), {
      kind: 'dataset',
      id: 'toys/sts',
      files: {
        'test.jsonl': '{"sentence1":"a","sentence2":"b","score":1}\n{"sentence1":"c","sentence2":"d","score":2}\n',
      },
    });
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'octavec.toml'), `[hub]\nendpoint = "${hub.endpoint}"\ncache = "kept"\n`);
    const env = Object.fromEntries(
      ['HF_HOME', 'HF_ENDPOINT', 'HF_HUB_CACHE', 'HF_HUB_OFFLINE'].map((name) => [name, undefined]),
    );
    const pulled = await octavec(['pull', toy], { cwd, env });
    expect(pulled.stdout.trim()).toContain(join(cwd, 'kept/models--toys--minilm'));
    expect(JSON.parse((await octavec(['models', '--json'], { cwd, env })).stdout)).toMatchObject([{ id: toy }]);
    expect((await octavec(['models', 'path', toy], { cwd, env })).stdout).toBe(pulled.stdout);
    const evaluated = await octavec(['evaluate', 'minilm', '--task', 'toys/sts', '--no-cache', '--json'], { cwd, env });
    expect([evaluated.status, evaluated.stderr]).toEqual([0, '']);
    expect(existsSync(join(cwd, 'kept/datasets--toys--sts'))).toBe(true);
    expect((await octavec(['models', 'remove', toy, '--yes'], { cwd, env })).stdout).toContain('are free');
  });

  test('can be one of your own', async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'octavec.toml'), '# ours\nthreads = 1\n');
    const run = (...args: string[]) => octavec(args, { cwd });
    expect((await run('models', 'alias', 'set', 'house', 'minilm')).status).toBe(0);
    expect(JSON.parse((await run('models', 'alias', '--json')).stdout)).toEqual({ house: 'minilm' });
    expect(JSON.parse((await run('embed', 'house', 'hello')).stdout).embedding).toHaveLength(384);
    expect((await run('models', 'alias', 'remove', 'house')).status).toBe(0);
    expect(readFileSync(join(cwd, 'octavec.toml'), 'utf8')).toBe('# ours\nthreads = 1\n\n[models.aliases]\n');
    expect((await run('models', 'alias', 'remove', 'house')).stderr).toContain('has no alias "house". It has none.');
    expect((await run('models', 'alias', 'set', 'a/b', 'minilm')).stderr).toContain('cannot be a name of your own');
    expect((await run('models', 'alias', 'set', 'house', 'bge-m3')).stderr).toContain('Did you mean BAAI/bge-m3');
  });

  test('can be the embedded one', async () => {
    const { status, stdout } = await octavec(['embed', 'minilm', 'hello'], { cwd: temporaryFolder() });
    expect([status, JSON.parse(stdout).embedding.length]).toEqual([0, 384]);
  });
});

describe('mistakes with names are told', () => {
  test.each<[string, string[], string, RegExp]>([
    ['a bare name', ['embed', 'bge-small-en-v1.5', 'a'], 'FILE_NOT_FOUND', /Did you mean BAAI\/bge-small-en-v1\.5/],
    ['nobody has', ['quantize', 'toys/none', '--to', 'int8'], 'HUB_NOT_FOUND', /Check the name/],
    ['no such revision', ['embed', `${toy}@v9`, 'a'], 'HUB_NOT_FOUND', /no such revision/],
    ['gated', ['embed', 'toys/gated', 'a'], 'HUB_DENIED', /HF_TOKEN/],
    ['without weights', ['embed', 'toys/empty', 'a'], 'HUB_NO_MODEL', /GGUF files/],
    ['another precision', ['pull', toy, '--precision', 'q4'], 'HUB_NO_MODEL', /q4/],
    ['no name', ['pull', 'minilm'], 'USAGE', /owner\/name/],
    ['not here', ['models', 'show', 'a/b'], 'FILE_NOT_FOUND', /octavec pull/],
  ])('%s', async (_, args, code, message) => {
    const hub = await hubServer(
      likeAModel(toy),
      { kind: 'model', id: 'toys/gated', files: { 'config.json': '{}' }, token: 'secret' },
      { kind: 'model', id: 'toys/empty', files: { 'model.Q4_0.gguf': 'x' } },
    );
    const env = {
      HF_HOME: temporaryFolder(),
      HF_ENDPOINT: hub.endpoint,
      HF_HUB_OFFLINE: undefined,
      HF_TOKEN: undefined,
    };
    const outcome = await octavec([...args, '--json'], { env, cwd: env.HF_HOME });
    expect(errorOf(outcome)).toMatchObject({ code, message: expect.stringMatching(message) });
  });
});
