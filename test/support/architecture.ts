import { dirname, join } from 'node:path/posix';

/** Source files by their path below `src/` ("onnx/decode.ts"). */
export type SourceFiles = ReadonlyMap<string, string>;
/** Rooms and the rooms whose doors are open to them. */
export type Rooms = ReadonlyMap<string, readonly string[]>;

export const maxLines = 400;
/** Tests list cases, and may be longer. */
export const maxTestLines = 600;
export const maxRoomLines = 3500;
/** Files that stand in a room itself, its door not counted. */
export const maxFlatFiles = 30;

/** The room of commands: its folders are families, which do not know each other. */
const roomOfFamilies = 'cli';

/** Reads the table of rooms from docs/architecture.md; "all above" stands for every room of the rows before. */
export function roomsOf(page: string): Rooms {
  const section = page.split(/^## /m).find((part) => part.startsWith('The rooms')) ?? '';
  const rows = [...section.matchAll(/^\| `(\w+)` \|.*\|([^|]*)\|$/gm)];
  const names = rows.map(([, room]) => room);
  return new Map(
    rows.map(([, room, uses], row) => [
      room,
      uses.trim() === 'all above'
        ? names.slice(0, row)
        : uses
            .split(',')
            .map((name) => name.trim())
            .filter(Boolean),
    ]),
  );
}

/** Everything in which the sources differ from the plan, one sentence each. */
export function architectureProblems(files: SourceFiles, rooms: Rooms): string[] {
  const imports = new Map([...files].map(([path, source]) => [path, importsOf(path, source)]));
  return [
    ...roomProblems(files, rooms),
    ...[...files].flatMap(([path, source]) =>
      [...importsOf(path, source), ...workersOf(path, source)].flatMap((target) =>
        importProblems(path, target, files, rooms),
      ),
    ),
    ...cycles(imports).map((cycle) => `files import each other: ${cycle.join(' → ')}`),
    ...cycles(rooms).map((cycle) => `rooms use each other: ${cycle.join(' → ')}`),
    ...[...files].flatMap(([path, source]) => lengthProblems(path, source)),
    ...roomSizeProblems(files),
  ];
}

const isTest = (path: string) => path.endsWith('.test.ts');
/** "onnx" of "onnx/decode.ts"; undefined for what stands at the top, the library's own door. */
const roomOf = (path: string) => (path.includes('/') ? path.slice(0, path.indexOf('/')) : undefined);

/** "cli/jobs" of "cli/jobs/plan.ts"; undefined for what is in no family. */
function familyOf(path: string): string | undefined {
  const [room, folder, file] = path.split('/');
  return room === roomOfFamilies && file !== undefined ? `${room}/${folder}` : undefined;
}

/**
 * What a file imports, exports from, imports dynamically or takes types from: paths below `src/` with the suffix `.ts`,
 * or the names of packages.
 */
export function importsOf(path: string, source: string): string[] {
  return references(path, source, /\b(?:from|import)\s*\(?\s*(['"`])([^'"`]+)\1/g);
}

/** The modules that a file starts as workers. */
export function workersOf(path: string, source: string): string[] {
  return references(path, source, /\bnew URL\(\s*(['"`])([^'"`]+\.js)\1/g);
}

function references(path: string, source: string, pattern: RegExp): string[] {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
  return [...code.matchAll(pattern)].map(([, , name]) =>
    name.startsWith('.') ? join(dirname(path), name).replace(/\.js$/, '.ts') : name,
  );
}

function roomProblems(files: SourceFiles, rooms: Rooms): string[] {
  const found = new Set([...files.keys()].map(roomOf).filter((room) => room !== undefined));
  const used = new Set([...rooms.values()].flat());
  return [
    ...[...found].filter((room) => !rooms.has(room)).map((room) => `src/${room} is not in the table of rooms`),
    ...[...found]
      .filter((room) => used.has(room) && !files.has(`${room}/index.ts`))
      .map((room) => `src/${room} has no door (index.ts)`),
    ...[...used].filter((room) => !rooms.has(room)).map((room) => `the table opens "${room}", which it does not list`),
  ];
}

function importProblems(path: string, target: string, files: SourceFiles, rooms: Rooms): string[] {
  const problem = (what: string) => [`${path} imports ${target}: ${what}`];
  if (target === 'octavec' || target.startsWith('octavec/')) {
    return isTest(path) ? [] : problem('a way round the doors');
  }
  if (!/^[./]|\.ts$/.test(target)) {
    return [];
  }
  if (!files.has(target)) {
    return isTest(path) && target.startsWith('..') ? [] : problem('no such file in src');
  }
  const [from, to] = [roomOf(path), roomOf(target)];
  if (isTest(target)) {
    return problem('a test');
  }
  const [ownFamily, family] = [familyOf(path), familyOf(target)];
  if (from === to && family !== undefined && ownFamily !== undefined && family !== ownFamily) {
    return problem('a file of another family');
  }
  if (from === to) {
    return target.endsWith('/index.ts') && !isTest(path) ? problem('its own door') : [];
  }
  if (to === undefined || target !== `${to}/index.ts`) {
    return problem('not a door');
  }
  // Tests may use any room, by its door.
  const open = from === undefined || isTest(path) || rooms.get(from)?.includes(to);
  return open ? [] : problem(`the door of ${to} is not open to ${from}`);
}

function lengthProblems(path: string, source: string): string[] {
  const lines = source.trimEnd().split('\n').length;
  const most = isTest(path) ? maxTestLines : maxLines;
  return lines > most ? [`${path} has ${lines} lines, more than ${most}`] : [];
}

/** Rooms that have grown past what can be kept in mind. Tests do not count. */
function roomSizeProblems(files: SourceFiles): string[] {
  const rooms = new Map<string, { lines: number; flat: number }>();
  for (const [path, source] of files) {
    const family = familyOf(path);
    const room = family ?? roomOf(path);
    if (room !== undefined && !isTest(path)) {
      const { lines, flat } = rooms.get(room) ?? { lines: 0, flat: 0 };
      const isFlat = (family !== undefined || path.split('/').length === 2) && !path.endsWith('/index.ts');
      rooms.set(room, { lines: lines + source.trimEnd().split('\n').length, flat: flat + (isFlat ? 1 : 0) });
    }
  }
  return [...rooms].flatMap(([room, { lines, flat }]) => [
    ...(lines > maxRoomLines ? [`src/${room} has ${lines} lines, more than ${maxRoomLines}`] : []),
    ...(flat > maxFlatFiles ? [`src/${room} has ${flat} flat files, more than ${maxFlatFiles}`] : []),
  ]);
}

/** Cycles of a directed graph, each once, as the names along it. */
export function cycles(edges: ReadonlyMap<string, readonly string[]>): string[][] {
  const found: string[][] = [];
  const done = new Set<string>();
  const visit = (name: string, trail: readonly string[]) => {
    if (trail.includes(name)) {
      found.push([...trail.slice(trail.indexOf(name)), name]);
    } else if (!done.has(name)) {
      for (const next of edges.get(name) ?? []) {
        visit(next, [...trail, name]);
      }
      done.add(name);
    }
  };
  for (const name of edges.keys()) {
    visit(name, []);
  }
  return found;
}

/** What kernels may include besides each other: headers of C and of the processors, which have no code to merge. */
const kernelIncludes = ['immintrin.h', 'arm_neon.h', 'math.h', 'stddef.h', 'stdint.h', 'string.h'];

/**
 * Everything in which the C++ sources ("kernels/rows.h") break the rule of `native/kernels/kernels.h`: the linker must
 * never merge code that was compiled for one instruction set with that for another.
 */
export function kernelProblems(files: SourceFiles): string[] {
  return [...files].flatMap(([path, source]) => {
    const included = [...source.matchAll(/^#include [<"]([^>"]+)[>"]/gm)].map(([, target]) => target);
    if (!path.startsWith('kernels/')) {
      return included
        .filter((target) => target.includes('kernels/') && !target.endsWith('kernels/kernels.h'))
        .map((target) => `${path} includes ${target}, but only kernels.h is for other folders`);
    }
    if (path === 'kernels/kernels.h') {
      return /\)\s*(?:const\s*)?\{|\binline\b|\btemplate\b/.test(source.replace(/\/\*.*?\*\//gs, ''))
        ? [`${path} has code, which may only stand in anonymous namespaces`]
        : [];
    }
    const strangers = included.filter((target) => !files.has(`kernels/${target}`) && !kernelIncludes.includes(target));
    const isOpen = /^(?:inline|static|template|struct|void)\b/m.test(
      source.replace(/^namespace \{.*?^\} {2}\/\/ namespace$/gms, ''),
    );
    return [
      ...strangers.map((target) => `${path} includes ${target}, which is not a kernel's header`),
      ...(isOpen ? [`${path} has code outside an anonymous namespace`] : []),
    ];
  });
}
