import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import { readModel, writeModel } from 'octavec/onnx';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dynamicInt8 } from '#rooms/quantize';
import { embeddedModel } from './support/golden-texts.js';
import { installInto, npmCli, type Packed, packInto, root, runIn } from './support/installed-package.js';
import { makeTinyFolder } from './support/tiny-folder.js';

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
const folder = mkdtempSync(join(tmpdir(), 'octavec-package-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a machine without compilers, Python and the like still has. */
const tools = join(folder, 'tools');
const project = join(folder, 'project');
/** A command in the empty project; what it prints. */
const inProject = runIn(project, tools);

const entries = Object.keys(manifest.exports).filter((entry) => entry !== './package.json');
const specifiers = entries.map((entry) => entry.replace(/^\./, 'octavec'));

let packed: Packed;

beforeAll(async () => {
  mkdirSync(tools);
  symlinkSync(process.execPath, join(tools, 'node'));
  symlinkSync('/bin/sh', join(tools, 'sh'));
  packed = await packInto(folder);
});

describe('what npm pack makes', () => {
  test('is small, and holds what is needed and no more', () => {
    const paths = packed.files.map(({ path }) => path);
    expect(packed.size).toBeLessThan(2.5e6);
    expect(paths).toEqual(
      expect.arrayContaining([
        'LICENSE',
        'README.md',
        'CHANGELOG.md',
        'package.json',
        'dist/cli/main.js',
        'dist/index.d.ts',
      ]),
    );
    const own =
      /^(LICENSE|(README|CHANGELOG|CONTRIBUTING|SECURITY)\.md|package\.json|dist\/.*\.(js|d\.ts)|data\/[^/]+|docs\/(?!api).*\.(md|png|svg|kt)|examples\/[^/]+\.(md|mjs)|datasets\/.+|deploy\/jobs\/.+)$/;
    expect(paths.filter((path) => !own.test(path) || /\.test\./.test(path))).toEqual([]);
  });

  test('has every file that its pages link to', () => {
    const paths = packed.files.map(({ path }) => path);
    const pages = paths.filter((path) => path.endsWith('.md'));
    const links = pages.flatMap((page) =>
      [...readFileSync(join(root, page), 'utf8').matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(([, target]) => ({
        page,
        target: posix.join(posix.dirname(page), target),
      })),
    );
    expect(links.length).toBeGreaterThan(100);
    expect(
      links.filter(({ target }) => !paths.some((path) => path === target || path.startsWith(`${target}/`))),
    ).toEqual([]);
  });

  test('has compiled code and types for every entry', () => {
    const paths = packed.files.map(({ path }) => `./${path}`);
    const targets = entries.flatMap((entry) => Object.values(manifest.exports[entry]));
    expect(targets.length).toBe(2 * entries.length);
    expect(targets.filter((target) => !paths.includes(target as string))).toEqual([]);
  });
});

describe('in an empty folder without build tools', () => {
  beforeAll(async () => {
    await installInto(project, join(folder, packed.filename), tools);
  }, 180_000);

  test('the command runs', async () => {
    const octavec = (...args: string[]) => inProject('node', npmCli, 'exec', '--no', '--', 'octavec', ...args);
    expect(await octavec('--version')).toBe(`${manifest.version}\n`);
    expect(JSON.parse(await octavec('inspect', embeddedModel, '--json'))).toMatchObject({ parameters: 22_713_926 });
    expect(JSON.parse(await octavec('embed', embeddedModel, 'hello world')).embedding).toHaveLength(384);
  });

  test("the native engine is found in its platform's package, runs a file of 8 bits by itself, and is missed without it", async (context) => {
    const library = join(root, 'build/native/octavec.node');
    if (!existsSync(library)) {
      context.skip('the native engine is not built here');
    }
    const model = join(folder, 'tiny');
    const original = await readModel(makeTinyFolder(model, 'bert'));
    await writeModel(await dynamicInt8(original), join(model, 'onnx/model_int8.onnx'));
    const script = `import { Embedder } from 'octavec';
      const embedder = await Embedder.load(${JSON.stringify(model)}, { variant: 'int8' });
      const [vector] = await embedder.embed(['hello']);
      console.log(JSON.stringify({ ...embedder.engine, width: vector.length }));
      await embedder.close();`;
    const embed = async () => JSON.parse(await inProject('node', '--input-type=module', '-e', script));
    expect(await embed()).toMatchObject({
      ...{
        name: 'onnxruntime',
        fallback: expect.stringContaining(
          `the package @octavec/native-${process.platform}-${process.arch} is not installed`,
        ),
        width: 64,
      },
    });
    const packaged = join(folder, 'native');
    mkdirSync(packaged);
    copyFileSync(library, join(packaged, 'octavec.node'));
    const { platform, arch } = process;
    const name = `@octavec/native-${platform}-${arch}`;
    const facts = { name, version: manifest.version, os: [platform], cpu: [arch], main: 'octavec.node' };
    writeFileSync(join(packaged, 'package.json'), JSON.stringify({ ...facts, files: ['octavec.node'] }));
    const options = ['--no-audit', '--no-fund', '--loglevel=error', '--prefer-offline', '--install-links'];
    await inProject('node', npmCli, 'install', ...options, packaged);
    expect(await embed()).toMatchObject({ name: 'native', width: 64 });
  }, 120_000);

  test('every entry can be imported', async () => {
    const script = `const modules = await Promise.all(${JSON.stringify(specifiers)}.map((name) => import(name)));
      console.log(JSON.stringify(modules.map((module) => Object.keys(module).length)));`;
    const counts: number[] = JSON.parse(await inProject('node', '--input-type=module', '-e', script));
    expect(counts).toHaveLength(specifiers.length);
    expect(Math.min(...counts)).toBeGreaterThan(0);
  });

  test('every entry has types that a strict project accepts', async () => {
    // Types of adapters are those of packages that this project has not.
    const usable = specifiers.filter((name) => !/langchain|llamaindex/.test(name));
    const imports = usable.map((name, i) => `import * as m${i} from '${name}';\nconsole.log(m${i});`);
    const use = `import { Embedder } from 'octavec';
      const vectors: Promise<number> = Embedder.load('model').then(async (e) => (await e.embed(['a'])).columns);
      // @ts-expect-error: types are there, and hold.
      Embedder.load(1); console.log(vectors);`;
    writeFileSync(join(project, 'use.ts'), [...imports, use].join('\n'));
    const compilerOptions = {
      ...{ module: 'nodenext', target: 'es2023', lib: ['es2023', 'esnext.disposable'], strict: true, noEmit: true },
      ...{ skipLibCheck: false, types: ['node'], typeRoots: [join(root, 'node_modules/@types')] },
    };
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['use.ts'] }));
    const compile = inProject('node', join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.json');
    const complaints = await compile.catch((error: { stdout: string }) => error.stdout);
    // ONNX Runtime's own types ask for those of browsers.
    const ours = complaints.split('\n').filter((line) => line && !line.startsWith('node_modules/onnxruntime-common/'));
    expect(ours).toEqual([]);
  });
});

describe('package.json and its lock', () => {
  test('name the packages of every platform: npm ci refuses a lock that leaves some out', () => {
    const paths = Object.keys(lock.packages);
    const missing = Object.values<{ optionalDependencies?: object }>(lock.packages)
      .flatMap(({ optionalDependencies = {} }) => Object.keys(optionalDependencies))
      .filter((name) => !paths.some((path) => path.endsWith(`node_modules/${name}`)));
    expect(missing).toEqual([]);
  });

  test('agree on version and dependencies', () => {
    const { version, dependencies, devDependencies } = lock.packages[''];
    expect({ version, dependencies, devDependencies }).toEqual({
      version: manifest.version,
      dependencies: manifest.dependencies,
      devDependencies: manifest.devDependencies,
    });
  });
});
