import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ModelFiles, openModelFolder } from '#rooms/model';
// Tokenizing happens in a thread, which needs what is built.
import { tokenizePairsOnce } from '#rooms/rerank';
import { makeTinyFolder } from '../../test/support/tiny-folder.js';

let folder: string;
let files: ModelFiles;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'octavec-pairs-'));
  makeTinyFolder(folder, 'bert');
  files = await openModelFolder(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The letter tokenizer: [CLS] is 2, [SEP] 3, "a" 4; a pair is [CLS] query [SEP] text. */
describe('pairs of queries and texts', () => {
  test('stand one behind the other, the texts with a type of their own', async () => {
    const { ids, types, offsets } = await tokenizePairsOnce(files, [
      { query: 'a', texts: ['b', 'CD'] },
      { query: 'ba', texts: [''] },
    ]);
    expect([...offsets]).toEqual([0, 4, 9, 13]);
    expect([...ids]).toEqual([2, 4, 3, 5, 2, 4, 3, 6, 7, 2, 5, 4, 3]);
    expect([...(types ?? [])]).toEqual([0, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0]);
  });

  test('of no queries, and of a query without texts, are none', async () => {
    for (const queries of [[], [{ query: 'a', texts: [] }]]) {
      const { ids, offsets } = await tokenizePairsOnce(files, queries);
      expect([[...ids], [...offsets]]).toEqual([[], [0]]);
    }
  });

  test('that are too long lose the end of the text, or its beginning, and never the query', async () => {
    const short = { ...files, maxTokens: 6 };
    const tokens = async (truncationSide?: 'left') => [
      ...(await tokenizePairsOnce({ ...short, truncationSide }, [{ query: 'ab', texts: ['cdef'] }])).ids,
    ];
    expect(await tokens()).toEqual([2, 4, 5, 3, 6, 7]);
    expect(await tokens('left')).toEqual([2, 4, 5, 3, 8, 9]);
  });

  test('have no room where the query takes it all', async () => {
    const short = { ...files, maxTokens: 6 };
    await expect(tokenizePairsOnce(short, [{ query: 'abcdefgh', texts: ['x'] }])).rejects.toMatchObject({
      code: 'QUERY_TOO_LONG',
    });
  });
});
