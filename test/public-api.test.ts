import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { publicNames } from './support/public-api.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const manifest: { exports: Record<string, { types: string }> } = JSON.parse(
  readFileSync(`${root}package.json`, 'utf8'),
);
const entries = Object.entries(manifest.exports).filter(([entry]) => entry !== './package.json');

/** Names and types of everything that is published. `vitest -u` writes the files anew; the diff is the change of the API. */
describe.each(entries)('%s', (entry, { types }) => {
  const names = publicNames(`${root}${types}`);

  test('has the names and types that its golden file says', async () => {
    const page = names.map(({ declaration }) => `${declaration}\n`).join('\n');
    const file = entry === '.' ? 'octavec' : entry.slice(2);
    await expect(page).toMatchFileSnapshot(`golden/public-api/${file}.golden.txt`);
  });

  test('exports nothing that is not there', () => {
    expect(names.length).toBeGreaterThan(0);
    expect(names.filter(({ declaration }) => declaration.startsWith('(not found'))).toEqual([]);
  });
});

test('the main job stands at the front door', () => {
  const [[, { types }]] = entries;
  const names = publicNames(`${root}${types}`).map(({ name }) => name);
  const job = ['Embedder', 'OctavecError', 'benchmark', 'compare', 'evaluate', 'openModelFolder', 'quantize', 'verify'];
  expect(names).toEqual(expect.arrayContaining(job));
});

test('every public function of octavec and octavec/onnx has an example', () => {
  const dist = `${root}dist`;
  const sources = readdirSync(dist, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.d.ts'))
    .map((path) => readFileSync(`${dist}/${path}`, 'utf8'))
    .join('\n');
  const documented = new Map(
    [...sources.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*export declare function (\w+)/g)].map(([, doc, name]) => [
      name,
      doc,
    ]),
  );
  const functions = entries
    .slice(0, 2)
    .flatMap(([, { types }]) => publicNames(`${root}${types}`))
    .filter(({ declaration }) => declaration.startsWith('export declare function'));
  expect(functions.length).toBeGreaterThan(50);
  expect(functions.map(({ name }) => name).filter((name) => !documented.get(name)?.includes('@example'))).toEqual([]);
});
