import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { methods } from '#rooms/methods';
import { readModel, writeModel } from '#rooms/onnx';
import { dynamicInt8 } from '#rooms/quantize';
import { makeTinyFolder } from './support/tiny-folder.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'octavec-cold-start-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Rooms that may be on the way to a first vector: each is one file. */
const onTheWay = 'base embed engine evaluate files host model native numbers onnx output rerank threads'.split(' ');

test('the library has the names that its types say', async () => {
  const [typed, loaded] = await Promise.all(
    ['index.js', 'library.js'].map((name) => import(pathToFileURL(join(root, 'dist', name)).href)),
  );
  expect(Object.keys(loaded)).toEqual(Object.keys(typed));
  expect(typed.methodNames).toEqual(methods.map(({ id }) => id));
  expect(methods.map(({ id }) => typed[id === 'int8-static' ? 'int8Static' : id]())).toEqual(
    methods.map(({ id }) => ({ id, given: {} })),
  );
  const kinds = (module: object) => Object.entries(module).map(([name, value]) => `${name}: ${typeof value}`);
  expect(kinds(loaded)).toEqual(kinds(typed));
});

test('importing the library loads no package, and few of its rooms', () => {
  const { rooms, packages } = importsOf(join(root, 'dist/library.js'));
  expect([...packages]).toEqual([]);
  expect([...rooms].sort()).toEqual(onTheWay);
});

test('so does the way to a first vector, once the model and its tokenizer are known', async () => {
  const model = join(folder, 'tiny');
  const original = await readModel(makeTinyFolder(model, 'bert'));
  await writeModel(await dynamicInt8(original), join(model, 'onnx/model_int8.onnx'));
  const list = join(folder, 'loaded.txt');
  const script = `const { Embedder } = await import('octavec');
    const embedder = await Embedder.load(${JSON.stringify(model)}, { variant: 'int8' });
    const [vector] = await embedder.embed(['a first text']);
    console.log(vector.length, embedder.engine.name);
    await embedder.close();`;
  const run = (...flags: string[]) =>
    promisify(execFile)(process.execPath, [...flags, '--input-type=module', '-e', script], {
      cwd: root,
      env: { ...process.env, OCTAVEC_CACHE: join(folder, 'cache') },
    });
  const first = await run();
  writeFileSync(list, '');
  expect((await run(...listing(list))).stdout).toBe(first.stdout);
  expect(first.stdout).toMatch(/^64 (native|onnxruntime)\n$/);
  const loaded = readFileSync(list, 'utf8').split('\n');
  expect(loaded.filter((url) => url.includes('/dist/')).length).toBeGreaterThan(10);
  expect(loaded.filter((url) => url.includes('/node_modules/'))).toEqual([]);
  const needless = /dist\/(report|pipeline|quantize|calibration|config|convert|hub|methods|server|static|tasks)\//;
  expect(loaded.filter((url) => needless.test(url))).toEqual([]);
});

test('a static model reads its first short text without a thread, once the tokenizer has agreed', async () => {
  const model = fileURLToPath(new URL('fixtures/static/float32', import.meta.url));
  const vectorOf = async (text: string) => {
    const script = `let threads = 0;
      process.on('worker', () => threads++);
      const { Embedder } = await import('octavec');
      const embedder = await Embedder.load(${JSON.stringify(model)});
      const [vector] = await embedder.embed([${JSON.stringify(text)}]);
      console.log(JSON.stringify({ vector: [...vector], threads }));
      await embedder.close();`;
    const env = { ...process.env, OCTAVEC_CACHE: join(folder, 'static-cache') };
    const run = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { cwd: root, env });
    return JSON.parse(run.stdout);
  };
  const first = await vectorOf('the cat');
  expect(first.threads).toBe(1);
  expect(await vectorOf('the cat')).toEqual({ vector: first.vector, threads: 0 });
  // Of what lies beyond ASCII the thread has to be asked.
  expect((await vectorOf('the cát')).threads).toBe(1);
});

describe('a command', () => {
  const model = join(folder, 'served');
  beforeAll(() => makeTinyFolder(model, 'bert'));
  const list = join(folder, 'of-command.txt');
  const start = (...args: string[]) => {
    writeFileSync(list, '');
    return spawn(process.execPath, [...listing(list), join(root, 'dist/cli/main.js'), ...args], {
      // Without the variables that are part of a configuration: reading one takes its schema.
      env: { PATH: process.env.PATH, XDG_CACHE_HOME: join(folder, 'caches'), XDG_CONFIG_HOME: folder },
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
  };
  const ended = (child: ChildProcess) => once(child, 'exit').then(([status]) => status);
  const loaded = () => {
    const urls = readFileSync(list, 'utf8').split('\n');
    const names = (pattern: RegExp) => [...new Set(urls.flatMap((url) => pattern.exec(url)?.[1] ?? []))].sort();
    return { packages: names(/\/node_modules\/((?:@[^/]+\/)?[^/]+)/), rooms: names(/\/dist\/([^/]+)\//) };
  };
  const rooms = ['base', 'cli', 'config', 'configured', 'embed', 'engine', 'evaluate', 'files', 'host', 'hub', 'model'];

  test('that serves has loaded what serving takes when it has answered, and nothing else', async () => {
    const server = start('serve', model, '--port', '0', '--engine', 'onnxruntime');
    let output = '';
    await new Promise<void>((resolve, reject) => {
      server.stderr.on('data', (piece) => {
        output += piece;
        /^ready$/m.test(output) && resolve();
      });
      server.once('exit', () => reject(new Error(output)));
    });
    const [, url] = /listening on (\S+)/.exec(output) ?? [];
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${url}/v1/embeddings`, { method: 'POST', headers, body: '{"input": "first"}' });
    server.kill('SIGTERM');
    expect([response.status, await ended(server)]).toEqual([200, 0]);
    const others = [
      'http',
      'liveness',
      'native',
      'numbers',
      'onnx',
      'output',
      'registry',
      'rerank',
      'server',
      'threads',
    ];
    expect(loaded()).toEqual({
      packages: ['commander', 'fastify', 'prom-client', 'zod'],
      rooms: [...rooms, ...others].sort(),
    });
  });

  test('that embeds a text loads nothing for files and schemas', async () => {
    expect(await ended(start('embed', model, 'hello', '--engine', 'onnxruntime'))).toBe(0);
    const others = ['bulk', 'native', 'numbers', 'onnx', 'output', 'registry', 'texts', 'threads'];
    expect(loaded()).toEqual({
      packages: ['commander'],
      rooms: [...rooms, ...others].sort(),
    });
  });

  test('that shows its help loads none of the models', async () => {
    expect(await ended(start('--help'))).toBe(0);
    expect(loaded()).toEqual({ packages: ['commander'], rooms: ['base', 'cli'] });
  });
});

/** Flags for a process that notes in a file which modules it imports. */
function listing(file: string): string[] {
  const hooks = `import { appendFileSync } from 'node:fs';
    export async function load(url, context, next) {
      appendFileSync(${JSON.stringify(file)}, url + '\\n');
      return next(url, context);
    }`;
  const register = `import { register } from 'node:module';
    register(${JSON.stringify(moduleOf(hooks))});`;
  return ['--import', moduleOf(register)];
}

function moduleOf(source: string): string {
  return `data:text/javascript,${encodeURIComponent(source)}`;
}

/** The rooms and packages that a built file imports before it runs. */
function importsOf(
  path: string,
  seen = new Set<string>(),
  found = { rooms: new Set<string>(), packages: new Set<string>() },
) {
  if (seen.has(path)) {
    return found;
  }
  seen.add(path);
  const imports = /^(?:import|export)\b(?:[^;'"=]*\bfrom)?\s*"([^"]+)";/gm;
  for (const [, target] of readFileSync(path, 'utf8').matchAll(imports)) {
    if (target.startsWith('.')) {
      const file = join(dirname(path), target);
      const room = dirname(relative(join(root, 'dist'), file));
      found.rooms.add(room === '.' ? 'base' : room);
      importsOf(file, seen, found);
    } else if (!target.startsWith('node:')) {
      found.packages.add(target);
    }
  }
  return found;
}
