import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { InvalidRow, TextSource } from '../../texts/index.js';
import { type SourceFlags, sourceOf } from './source-of.js';

const folder = mkdtempSync(join(tmpdir(), 'octavec-source-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function textsOf(source: TextSource): Promise<string[]> {
  const texts: string[] = [];
  for await (const { text } of source.records) {
    texts.push(text);
  }
  return texts;
}

const noInvalid = (row: InvalidRow): never => {
  throw new Error(JSON.stringify(row));
};
const source = (given: readonly string[], flags: SourceFlags = {}) => sourceOf('minilm', given, flags, noInvalid);

test('texts of the command line come before those of the file', async () => {
  const path = file('a.txt', 'three\nfour\n');
  expect(await textsOf(await source(['one', 'two'], { file: path }))).toEqual(['one', 'two', 'three', 'four']);
  expect(await textsOf(await source(['one']))).toEqual(['one']);
  expect(await textsOf(await source([], { file: path }))).toEqual(['three', 'four']);
});

test('an empty text is one', async () => {
  expect(await textsOf(await source(['']))).toEqual(['']);
});

test('what was forgotten is named: a text behind the model, or both', async () => {
  await expect(source([])).rejects.toMatchObject({
    code: 'USAGE',
    message: expect.stringMatching(
      /"minilm", which comes first, was taken for the model.*octavec embed minilm minilm$/,
    ),
  });
  await expect(sourceOf(undefined, [], {}, noInvalid)).rejects.toThrow(
    /^There are no texts\. Give the model and then texts/,
  );
});

test('the command for what was taken for the model is safe to copy into a shell', async () => {
  await expect(sourceOf("what's `date` $HOME?", [], {}, noInvalid)).rejects.toThrow(
    "octavec embed minilm 'what'\\''s `date` $HOME?'",
  );
});

test('a control character in what was taken for the model does not reach the terminal', async () => {
  const failure = await sourceOf('a\u001b[2Jb', [], {}, noInvalid).catch((error: Error) => error.message);
  expect(failure).not.toContain('\u001b');
});

test('rows without a text are told where they may be skipped, else refused with their place', async () => {
  const path = file('rows.jsonl', '{"text":"one"}\n{"id":2}\n{"text":"three"}\n');
  await expect(source([], { file: path }).then(textsOf)).rejects.toThrow(/rows\.jsonl.*2|line 2/);
  const told: InvalidRow[] = [];
  const skipping = await sourceOf('minilm', [], { file: path, onError: 'skip' }, (row) => void told.push(row));
  expect(await textsOf(skipping)).toEqual(['one', 'three']);
  expect(told).toHaveLength(1);
  expect(told[0].place).toContain('2');
});

test('a file without texts is refused', async () => {
  await expect(source([], { file: file('none.txt', '') }).then(textsOf)).rejects.toThrow(/none\.txt/);
});
