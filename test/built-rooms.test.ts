import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const dist = fileURLToPath(new URL('../dist', import.meta.url));
const scripts = readdirSync(dist, { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => path.endsWith('.js'));
const textOf = (path: string) => readFileSync(join(dist, path), 'utf8');

/** Files that a built file imports, at once or late, or starts as a worker. */
function neighbours(path: string): string[] {
  const named = /\b(?:from|import|new URL\()\s*\(?\s*"(\.[^"]+\.js)"/g;
  return [...textOf(path).matchAll(named)].map(([, target]) => join(dirname(path), target));
}

describe('dist, a file for each room', () => {
  test('has a door for every room, and no copy of its folders', () => {
    const rooms = new Set(scripts.map((path) => dirname(path)).filter((folder) => folder !== '.'));
    expect(rooms.size).toBeGreaterThan(40);
    expect([...rooms].filter((room) => room !== 'cli' && !scripts.includes(`${room}/index.js`))).toEqual([]);
  });

  test('has every file that another imports or starts', () => {
    const all = scripts.flatMap((path) => neighbours(path).map((target) => ({ path, target })));
    expect(all.length).toBeGreaterThan(200);
    expect(all.filter(({ target }) => !existsSync(join(dist, target)))).toEqual([]);
  });

  test('knows other rooms by their doors only', () => {
    const roundTheDoor = scripts.flatMap((path) =>
      neighbours(path)
        .filter((target) => dirname(target) !== dirname(path) && dirname(path) !== '.')
        .filter((target) => basename(target) !== 'index.js')
        .map((target) => `${path}: ${relative(dirname(path), target)}`),
    );
    expect(roundTheDoor).toEqual([]);
  });
});
