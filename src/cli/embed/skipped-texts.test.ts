import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { forgetNotes } from '../print-note.js';
import { tellSkipped } from './skipped-texts.js';

let folder: string;
let printed: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'octavec-skipped-'));
  printed = [];
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => printed.push(String(text)) > 0);
  forgetNotes();
});
afterEach(() => {
  vi.restoreAllMocks();
  forgetNotes();
  rmSync(folder, { recursive: true });
});

describe('texts that were skipped', () => {
  test('are told one by one where no file is named', async () => {
    await tellSkipped([{ place: 'line 7', reason: 'it is no JSON' }, { reason: 'it is too long' }], undefined);
    expect(printed).toEqual(['note: skipped line 7: it is no JSON\n', 'note: skipped a text: it is too long\n']);
  });

  test('are a line of JSON each in a file, ids with all their digits', async () => {
    const path = join(folder, 'skipped.jsonl');
    await tellSkipped(
      [
        { place: 'line 1', id: 2n ** 60n, reason: 'a' },
        { id: 7, reason: '"b"\n' },
      ],
      path,
    );
    expect(
      readFileSync(path, 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { place: 'line 1', id: '1152921504606846976', reason: 'a' },
      { id: 7, reason: '"b"\n' },
    ]);
    expect(printed).toEqual([`note: 2 texts skipped; ${path} says which, and why\n`]);
  });

  test('where there are none, what an earlier run has left is taken away', async () => {
    const path = join(folder, 'skipped.jsonl');
    writeFileSync(path, 'old');
    await tellSkipped([], path);
    await tellSkipped([], path);
    await tellSkipped([], undefined);
    expect(() => readFileSync(path)).toThrow('ENOENT');
    expect(printed).toEqual([]);
  });
});
