import { expect, test } from 'vitest';
import { byLength, joined } from './equal-lengths.js';

/** Texts of 2, 1, 2 and 3 tokens. */
const batch = {
  wanted: 'vectors',
  ids: Int32Array.of(10, 11, 20, 30, 31, 40, 41, 42),
  offsets: Int32Array.of(0, 2, 3, 5, 8),
  types: Int32Array.of(0, 1, 0, 1, 1, 0, 0, 1),
  unpooled: Int32Array.of(1, 0, 2, 0),
} as const;

test('texts of one length go together, in their order, with all that belongs to them', () => {
  const groups = byLength(batch);
  expect(groups.map(({ texts }) => texts)).toEqual([[0, 2], [1], [3]]);
  expect(groups[0].batch).toEqual({
    wanted: 'vectors',
    ids: Int32Array.of(10, 11, 30, 31),
    offsets: Int32Array.of(0, 2, 4),
    types: Int32Array.of(0, 1, 1, 1),
    unpooled: Int32Array.of(1, 2),
  });
  expect(byLength({ ...batch, types: undefined })[0].batch.types).toBeUndefined();
});

test('vectors come back in the order of the texts', () => {
  const rows = [Float32Array.of(0, 0.5, 2, 2.5), Float32Array.of(1, 1.5), Float32Array.of(3, 3.5)];
  expect([...joined(batch, byLength(batch), rows)]).toEqual([0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5]);
});

test('hidden states come back in the order of the tokens', () => {
  const hidden = { ...batch, wanted: 'hidden' } as const;
  const rows = byLength(hidden).map((group) => Float32Array.from(group.batch.ids));
  expect([...joined(hidden, byLength(hidden), rows)]).toEqual([...batch.ids]);
});
