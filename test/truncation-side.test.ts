import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Embedder } from 'octavec';
import { afterAll, expect, test } from 'vitest';
import { makeTinyFolder } from './support/tiny-folder.js';

const root = mkdtempSync(join(tmpdir(), 'octavec-side-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const direction = (side: string) => ({ direction: side, max_length: 8, strategy: 'LongestFirst', stride: 0 });

test.each([
  ['tokenizer_config.json', 'left', undefined, 'left'],
  ['tokenizer.json', undefined, 'Left', 'left'],
  ['both, of which tokenizer_config.json counts', 'right', 'Left', 'right'],
  ['neither', undefined, undefined, 'right'],
])('the side where over-long texts are cut, by %s', async (name, configured, inTokenizer, side) => {
  const folder = join(root, name);
  makeTinyFolder(folder, 'bert');
  const limits = { model_max_length: 8, ...(configured && { truncation_side: configured }) };
  writeFileSync(join(folder, 'tokenizer_config.json'), JSON.stringify(limits));
  const path = join(folder, 'tokenizer.json');
  const tokenizer = JSON.parse(readFileSync(path, 'utf8'));
  tokenizer.truncation = inTokenizer === undefined ? null : direction(inTokenizer);
  writeFileSync(path, JSON.stringify(tokenizer));
  await using embedder = await Embedder.load(folder);
  const [whole, part] = ['abcdefghijkl', side === 'left' ? 'ghijkl' : 'abcdef'];
  expect(Array.from((await embedder.tokenize([whole])).ids)).toEqual(Array.from((await embedder.tokenize([part])).ids));
  expect((await embedder.embed([whole])).truncated).toBe(1);
});
