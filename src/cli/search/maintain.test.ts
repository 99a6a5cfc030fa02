import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { cli } from '../../../test/support/run-cli.js';
import { type IndexManifest, SegmentStore } from '../../store/index.js';

let root: string;
let index: string;
const manifest: IndexManifest = {
  ...{ format: 1, tool: 'test', chunking: 'none', vectors: 'float32', sources: [] },
  model: { name: '/no/such/model', dimensions: 2, documentPrompt: '', queryPrompt: '', probes: [[1, 0]] },
};

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'octavec-maintain-'));
  index = join(root, 'docs.index');
  const store = await SegmentStore.open(index);
  await store.writeManifest(manifest);
  const documents = [
    ['cats.md', 'Cats sleep all day.', 'en'],
    ['hund.md', 'Der Hund schläft.', 'de'],
  ];
  await store.apply({
    remove: [],
    add: documents.map(([id, text, lang], i) => ({
      ...{ id, hash: id, metadata: { lang }, chunks: [{ text, headings: ['Animals'], lines: [1, 1] as const }] },
      vectors: { data: Float32Array.of(1 - i, i), rows: 1, columns: 2 },
    })),
  });
  await store.close();
});
afterEach(() => rmSync(root, { recursive: true }));

/** The largest file of the segment: that of its texts and vectors. */
function damage(): string {
  const segments = join(index, 'segments');
  const files = readdirSync(segments, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map(({ parentPath, name }) => join(parentPath, name));
  const largest = paths.sort((a, b) => readFileSync(b).length - readFileSync(a).length)[0];
  const bytes = readFileSync(largest);
  bytes[bytes.length >> 1] ^= 0xff;
  writeFileSync(largest, bytes);
  return largest;
}

describe('an index that is whole', () => {
  test('is checked', async () => {
    expect(await cli('search', 'check', index)).toEqual({ status: 0, stdout: 'All files are whole.\n', stderr: '' });
    expect(JSON.parse((await cli('search', 'check', index, '--json')).stdout)).toEqual({ damage: [] });
  });

  test('needs no repair, and no model for it', async () => {
    expect(await cli('search', 'repair', index)).toEqual({ status: 0, stdout: 'All files are whole.\n', stderr: '' });
    expect(JSON.parse((await cli('search', 'repair', index, '--json')).stdout)).toMatchObject({ damage: [], lost: [] });
  });

  test('is searched by words without a model', async () => {
    const { status, stdout, stderr } = await cli('search', index, 'hund', '--mode', 'text', '--json');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject([{ document: 'hund.md', text: 'Der Hund schläft.' }]);
  });

  test.each([
    ['lang = "en"', []],
    ['lang = "de"', ['hund.md']],
    ['document like "h%" and not lang = "en"', ['hund.md']],
  ])('with the filter %s', async (filter, found) => {
    const { stdout } = await cli('search', index, 'hund', '--mode', 'text', '--filter', filter, '--json');
    expect(JSON.parse(stdout).map(({ document }: { readonly document: string }) => document)).toEqual(found);
  });

  test.each([
    [['--filter', 'lang ='], 'FILTER_INVALID'],
    [['--diversity', '2'], 'USAGE'],
    [['--diversity', '-0.1'], 'USAGE'],
    [['--rescore', '0'], 'USAGE'],
    [['--rescore', '-4'], 'USAGE'],
  ])('not with %j', async (flags, code) => {
    const { status, stdout, stderr } = await cli('search', index, 'hund', '--mode', 'text', ...flags, '--json');
    expect(stdout).toBe('');
    expect(JSON.parse(stderr).error.code).toBe(code);
    expect(status).toBe(2);
  });

  test('by meaning needs its model, which is named where it is not there', async () => {
    const { status, stderr } = await cli('search', index, 'hund');
    expect(status).toBe(1);
    expect(stderr).toContain('/no/such/model');
  });

  test('of words that are nowhere gives nothing, and no failure', async () => {
    const { status, stdout } = await cli('search', index, 'elephants', '--mode', 'text', '--json');
    expect([status, stdout]).toEqual([0, '[]\n']);
  });
});

describe('an index that is damaged', () => {
  test('is told with the file, as an error with exit status 1', async () => {
    const path = damage();
    const { status, stdout, stderr } = await cli('search', 'check', index);
    expect(status).toBe(1);
    expect(stdout).toContain(path);
    expect(stderr).toMatch(/^error: The index is damaged at .*octavec search repair/);
    const json = await cli('search', 'check', index, '--json');
    expect(JSON.parse(json.stdout)).toMatchObject({ damage: [{ path, why: expect.any(String) }] });
    expect(JSON.parse(json.stderr).error.code).toBe('INDEX_DAMAGED');
  });
});
