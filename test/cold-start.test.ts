import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
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
  const hooks = `import { appendFileSync } from 'node:fs';
    export async function load(url, context, next) {
      appendFileSync(${JSON.stringify(list)}, url + '\\n');
      return next(url, context);
    }`;
  const register = `import { register } from 'node:module';
    register(${JSON.stringify(moduleOf(hooks))});`;
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
  expect((await run('--import', moduleOf(register))).stdout).toBe(first.stdout);
  expect(first.stdout).toMatch(/^64 (native|onnxruntime)\n$/);
  const loaded = readFileSync(list, 'utf8').split('\n');
  expect(loaded.filter((url) => url.includes('/dist/')).length).toBeGreaterThan(10);
  expect(loaded.filter((url) => url.includes('/node_modules/'))).toEqual([]);
  const needless = /dist\/(report|pipeline|quantize|calibration|config|convert|hub|methods|server|static|tasks)\//;
  expect(loaded.filter((url) => needless.test(url))).toEqual([]);
});

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
