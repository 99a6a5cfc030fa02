import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import {
  architectureProblems,
  cycles,
  importsOf,
  kernelProblems,
  maxLines,
  type Rooms,
  roomsOf,
  workersOf,
} from './support/architecture.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const rooms = roomsOf(readFileSync(join(root, 'docs', 'architecture.md'), 'utf8'));
const sources = new Map(
  readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => [path.replaceAll('\\', '/'), readFileSync(join(root, 'src', path), 'utf8')]),
);

test('the table of rooms is read whole', () => {
  expect(rooms.get('base')).toEqual([]);
  expect(rooms.get('onnx')).toEqual(['base', 'numbers', 'files']);
  expect(rooms.get('quantize')).toContain('graph');
  expect(rooms.size).toBeGreaterThanOrEqual(20);
});

test('the sources keep to the plan', () => {
  expect(sources.size).toBeGreaterThan(50);
  expect(architectureProblems(sources, rooms)).toEqual([]);
});

describe('kernels keep their code to themselves', () => {
  const native = new Map(
    readdirSync(join(root, 'native'), { recursive: true, encoding: 'utf8' })
      .filter((path) => /\.(?:h|cpp)$/.test(path))
      .map((path) => [path.replaceAll('\\', '/'), readFileSync(join(root, 'native', path), 'utf8')]),
  );

  test('in the sources', () => {
    expect(native.size).toBeGreaterThan(50);
    expect(kernelProblems(native)).toEqual([]);
  });

  test.each<[string, string, string]>([
    ['kernels/a.h', '#include <vector>\n', 'includes vector'],
    ['kernels/a.cpp', '#include "../core/batch.h"\n', 'includes ../core/batch.h'],
    [
      'kernels/a.h',
      'namespace octavec {\ninline int one() { return 1; }\n}  // namespace octavec\n',
      'anonymous namespace',
    ],
    ['kernels/kernels.h', 'struct A { int two() const { return 2; } };\n', 'has code'],
    ['core/a.cpp', '#include "../kernels/rows.h"\n', 'only kernels.h is for other folders'],
  ])('%s: %s', (path, source, problem) => {
    expect(kernelProblems(new Map([...native, [path, source]]))).toEqual([expect.stringContaining(problem)]);
  });
});

describe('the check can fail', () => {
  const plan: Rooms = new Map([
    ['base', []],
    ['onnx', ['base']],
    ['graph', ['base', 'onnx']],
  ]);
  const doors = { 'base/index.ts': '', 'onnx/index.ts': '', 'graph/index.ts': '' };
  const problems = (files: Record<string, string>, table = plan) =>
    architectureProblems(new Map(Object.entries({ ...doors, ...files })), table);

  test('not for what is allowed', () => {
    const files = {
      'index.ts': "export * from './graph/index.js';",
      'onnx/a.ts':
        "import { x } from './b.js';\nimport fs from 'node:fs';\nimport { OctavecError } from '../base/index.js';",
      'onnx/b.ts': "// import '../graph/index.js';\n/* export * from '../graph/x.js' */\nexport const x = 1;",
      'onnx/deep/c.ts': "import { x } from '../b.js';\nimport { y } from '../../base/index.js';",
      'onnx/a.test.ts': "import { g } from '../graph/index.js';\nimport { s } from '../../test/support/s.js';",
    };
    expect(problems(files)).toEqual([]);
  });

  test('nor for families of commands, whose lines count apart', () => {
    const half = 'x;\n'.repeat(350);
    const family = (name: string) =>
      Object.fromEntries(Array.from({ length: 6 }, (_, i) => [`cli/${name}/${i}.ts`, half]));
    const table: Rooms = new Map([...plan, ['cli', []]]);
    expect(problems({ ...family('a'), ...family('b') }, table)).toEqual([]);
    expect(problems({ 'cli/a/1.ts': "import { x } from '../b/1.js';", 'cli/b/1.ts': '' }, table).join()).toMatch(
      'another family',
    );
  });

  test.each<[string, Record<string, string>, string]>([
    ['a way round a door', { 'onnx/a.ts': "import { x } from '../base/x.js';", 'base/x.ts': '' }, 'not a door'],
    ['the same for types', { 'onnx/a.ts': "import type { X } from '../base/x.js';", 'base/x.ts': '' }, 'not a door'],
    ['the same in a type', { 'onnx/a.ts': "type X = import('../base/x.js').X;", 'base/x.ts': '' }, 'not a door'],
    [
      'the same from a folder below',
      { 'onnx/d/a.ts': "export * from '../../base/x.js';", 'base/x.ts': '' },
      'not a door',
    ],
    ['the same in a test', { 'onnx/a.test.ts': "import '../base/x.js';", 'base/x.ts': '' }, 'not a door'],
    [
      'a worker of another room',
      { 'onnx/a.ts': "new URL('../base/x.js', import.meta.url)", 'base/x.ts': '' },
      'not a door',
    ],
    ['a door that is not open', { 'onnx/a.ts': "import { g } from '../graph/index.js';" }, 'not open to onnx'],
    ['the same, asked for late', { 'onnx/a.ts': "await import('../graph/index.js')" }, 'not open to onnx'],
    ['the package itself', { 'onnx/a.ts': "import { g } from 'octavec/graph';" }, 'a way round the doors'],
    ['the door of the library', { 'onnx/a.ts': "import { g } from '../index.js';", 'index.ts': '' }, 'not a door'],
    ['its own door', { 'onnx/a.ts': "import { g } from './index.js';" }, 'its own door'],
    ['a test', { 'onnx/a.ts': "import { g } from './b.test.js';", 'onnx/b.test.ts': '' }, 'a test'],
    ['a file that is not there', { 'onnx/a.ts': "import { g } from './b.js';" }, 'no such file'],
    ['files outside', { 'onnx/a.ts': "import { g } from '../../test/support/s.js';" }, 'no such file'],
    ['a room that is not in the plan', { 'attic/index.ts': '' }, 'src/attic is not in the table'],
    [
      'a room too large',
      Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`onnx/d/f${i}.ts`, 'line\n'.repeat(351)])),
      'src/onnx has 3511 lines',
    ],
    [
      'too many files in a room',
      Object.fromEntries(Array.from({ length: 31 }, (_, i) => [`onnx/f${i}.ts`, ''])),
      'src/onnx has 31 flat files',
    ],
    ['a file too long', { 'onnx/a.ts': 'line\n'.repeat(maxLines + 1) }, 'has 401 lines'],
    [
      'files that import each other, by types only',
      { 'onnx/a.ts': "import type { B } from './b.js';", 'onnx/b.ts': "import type { A } from './a.js';" },
      'files import each other: onnx/a.ts → onnx/b.ts → onnx/a.ts',
    ],
  ])('%s', (_, files, problem) => {
    expect(problems(files)).toEqual([expect.stringContaining(problem)]);
  });

  test('a room without a door', () => {
    const files = new Map([['base/x.ts', '']]);
    expect(architectureProblems(files, plan)).toEqual(['src/base has no door (index.ts)']);
  });

  test('a plan that goes in a circle or nowhere', () => {
    const circle: Rooms = new Map([...plan, ['base', ['graph', 'attic']]]);
    expect(problems({}, circle)).toEqual([
      'the table opens "attic", which it does not list',
      'rooms use each other: base → graph → base',
      'rooms use each other: base → graph → onnx → base',
    ]);
  });
});

test('imports of every form are seen', () => {
  const source = [
    "import a from './a.js';",
    "import type {\n  B,\n  C,\n} from './b.js';",
    "import './c.js';",
    "export * from './d.js';",
    "export type { E } from './e.js';",
    "const f = await import('./f.js');",
    "type G = import('./g.js').G;",
    "import fs from 'node:fs';",
  ].join('\n');
  const expected = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => `x/${name}.ts`);
  expect(importsOf('x/y.ts', source).sort()).toEqual(['node:fs', ...expected]);
  expect(workersOf('x/y.ts', "new Worker(new URL('./h.js', import.meta.url));")).toEqual(['x/h.ts']);
});

test('cycles are found once each, and only where there are some', () => {
  expect(
    cycles(
      new Map([
        ['a', ['b', 'c']],
        ['b', ['c']],
        ['c', []],
      ]),
    ),
  ).toEqual([]);
  expect(
    cycles(
      new Map([
        ['a', ['b']],
        ['b', ['c']],
        ['c', ['b']],
      ]),
    ),
  ).toEqual([['b', 'c', 'b']]);
});
