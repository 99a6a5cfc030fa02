import fc from 'fast-check';
import { expect, test } from 'vitest';
import { joinPacks, packRows } from './pack-rows.js';

const plain = ({ ids, offsets, rowOffsets }: ReturnType<typeof packRows>) => ({
  ids: Array.from(ids),
  offsets: Array.from(offsets),
  rowOffsets: Array.from(rowOffsets),
});

test.each([
  [[], { ids: [], offsets: [0], rowOffsets: [0] }],
  [[[[7, 8]]], { ids: [7, 8], offsets: [0, 2], rowOffsets: [0, 1] }],
  [[[[1], [2, 3]], [[4]]], { ids: [1, 2, 3, 4], offsets: [0, 1, 3, 4], rowOffsets: [0, 2, 3] }],
  [[[[]], [[5]]], { ids: [5], offsets: [0, 0, 1], rowOffsets: [0, 1, 2] }],
])('the rows %j are packed', (texts, expected) => {
  expect(plain(packRows(texts))).toEqual(expected);
});

const part = (texts: number[][][], lengths: number[], types?: number[]) => ({
  ...packRows(texts),
  lengths: Int32Array.from(lengths),
  failures: [],
  ...(types && { types: Int32Array.from(types) }),
});

test('packs that are joined are the pack of all their texts', () => {
  const texts = fc.array(fc.array(fc.array(fc.nat(9), { maxLength: 3 }), { minLength: 1, maxLength: 3 }), {
    maxLength: 4,
  });
  fc.assert(
    fc.property(fc.array(texts, { minLength: 1, maxLength: 4 }), (packs) => {
      const joined = joinPacks(
        packs.map((pack) =>
          part(
            pack,
            pack.map(() => 1),
          ),
        ),
      );
      expect(plain(joined)).toEqual(plain(packRows(packs.flat())));
      expect(joined.lengths).toHaveLength(packs.flat().length);
    }),
  );
});

test('types are joined where all have them', () => {
  const [one, two] = [part([[[1, 2]]], [2], [0, 1]), part([[[3]]], [1], [1])];
  expect(Array.from(joinPacks([one, two]).types ?? [])).toEqual([0, 1, 1]);
  expect(joinPacks([one, part([[[3]]], [1])]).types).toBeUndefined();
});
