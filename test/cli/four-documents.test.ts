import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { Index } from '#rooms/search';
import { embeddedModel } from '../support/golden-texts.js';
import { examplesOf } from '../support/page-examples.js';
import { octavec } from './octavec.js';

/** The first example of docs/search.md, in the precision that is shipped and in INT8, by every way to ask. */
const folder = mkdtempSync(join(tmpdir(), 'octavec-four-'));
const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const inFolder = (...args: string[]) => octavec(args, { cwd: folder });
const top3 = ['four.jsonl#ai', 'four.jsonl#dl', 'four.jsonl#ml'];
const idsOf = (results: readonly { readonly document: string }[]) => results.map(({ document }) => document).sort();

beforeAll(() => {
  mkdirSync(join(folder, 'node_modules/@octavec'), { recursive: true });
  symlinkSync(embeddedModel, join(folder, 'node_modules/@octavec/all-minilm-l6-v2'));
  const [{ code }] = examplesOf('docs/search.md').filter(({ name }) => name === 'four.jsonl');
  writeFileSync(join(folder, 'four.jsonl'), code);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe.each([
  ['as shipped', 'four.index', []],
  ['INT8', 'four-int8.index', ['--model', 'models/minilm', '--variant', 'int8']],
])('"AI and ML" leaves out the weather, %s,', (_, name, options) => {
  beforeAll(async () => {
    cpSync(inject('variants'), join(folder, 'models/minilm'), { recursive: true });
    const { status } = await inFolder('index', 'four.jsonl', '--out', name, ...options);
    expect(status).toBe(0);
  });

  test('on the command line, in every mode that knows meanings, from another folder too', async () => {
    for (const mode of ['hybrid', 'vector']) {
      const { stdout } = await inFolder('search', name, 'AI and ML', '--top', '3', '--mode', mode, '--json');
      expect(idsOf(JSON.parse(stdout))).toEqual(top3);
    }
    const elsewhere = await octavec(['search', join(folder, name), 'AI and ML', '--top', '3', '--json']);
    expect(idsOf(JSON.parse(elsewhere.stdout))).toEqual(top3);
  });

  test('in a program', async () => {
    await using index = await Index.open(join(folder, name));
    expect(idsOf(await index.search('AI and ML', { top: 3 }))).toEqual(top3);
  });

  test('by the Model Context Protocol', async () => {
    const client = new Client({ name: 'test', version: '1' });
    const args = [main, 'mcp', join(folder, name)];
    await client.connect(new StdioClientTransport({ command: process.execPath, args }));
    const asked = { name: 'search', arguments: { query: 'AI and ML', top: 3 } };
    const { structuredContent } = await client.callTool(asked);
    await client.close();
    expect(idsOf((structuredContent as { results: { document: string }[] }).results)).toEqual(top3);
  });
});

test('a folder called minilm does not take the place of the model that embedded', async () => {
  expect(await inFolder('index', 'four.jsonl', '--out', 'hidden.index')).toMatchObject({ status: 0 });
  mkdirSync(join(folder, 'minilm'));
  expect(await inFolder('search', 'hidden.index', 'AI and ML')).toMatchObject({ status: 0, stderr: '' });
});
