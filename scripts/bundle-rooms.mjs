/**
 * Makes one file of each room: `dist/<room>/index.js` is the door with all that stands behind it. Rooms know each other by
 * their doors only, so what one imports of another stays an import. What is imported late within a room, and what its
 * workers share with it, gets files of its own beside the door.
 */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join, relative, resolve, sep } from 'node:path';
import { build } from 'esbuild';
import { root } from './npm.mjs';

const source = resolve(root, 'src');

/** What else is run or imported by its name: the command, and what tests and benchmark programs look at. */
const alsoByName = { cli: ['main.ts', 'program.ts', 'commands.ts'], engine: ['onnxruntime/session.ts'] };

/** Bundles all rooms, and the doors of the package beside them. */
export async function bundleRooms() {
  removeScripts(join(root, 'dist'));
  const entries = readdirSync(source, { withFileTypes: true });
  const rooms = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const doors = entries.filter((entry) => entry.isFile()).map(({ name }) => join(source, name));
  await Promise.all([...rooms.map((room) => bundle(room, entriesOf(join(source, room)))), bundle('', doors)]);
}

/** Names of parts change with what is in them. */
function removeScripts(folder) {
  for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.js'),
  )) {
    rmSync(join(folder, path));
  }
}

/** Doors, what is run by name, and workers, which stand beside the door whatever folder of the room they come from. */
function entriesOf(room) {
  const files = readdirSync(room, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .map((path) => join(room, path));
  const workers = new Set(files.flatMap((path) => workersOf(readFileSync(path, 'utf8'))));
  const named = new Set(['index.ts', ...(alsoByName[basename(room)] ?? [])].map((path) => join(room, path)));
  return files.filter((path) => named.has(path) || workers.has(basename(path, '.ts')));
}

/** Names of the scripts that a file starts: `new URL('./spin-worker.js', import.meta.url)`. */
export function workersOf(text) {
  return [...text.matchAll(/new URL\(\s*'\.\/([\w-]+)\.js',\s*import\.meta\.url\s*\)/g)].map(([, name]) => name);
}

async function bundle(room, entryPoints) {
  await build({
    entryPoints: entryPoints.map((path) => ({ in: path, out: basename(path, '.ts') })),
    outdir: join(root, 'dist', room),
    chunkNames: '[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.12',
    packages: 'external',
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'warning',
    tsconfig: join(root, 'tsconfig.json'),
    plugins: [{ name: 'doors', setup: ({ onResolve }) => onResolve({ filter: /^\./ }, (asked) => door(room, asked)) }],
  });
}

/** Where a door of another room is, seen from a file of this one; undefined for what belongs to the room. */
function door(room, { path, resolveDir }) {
  const [other, ...rest] = relative(source, resolve(resolveDir, path)).split(sep);
  return other === room || rest.length === 0
    ? undefined
    : { path: [room === '' ? '.' : '..', other, ...rest].join('/'), external: true };
}
