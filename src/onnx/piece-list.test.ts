import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concat, varint } from '../../test/support/protobuf.js';
import { PieceList } from './piece-list.js';

const joined = (list: PieceList): Uint8Array => concat(...list.finish());

describe('a list of pieces', () => {
  test('of nothing has none, and what is empty adds none', () => {
    const list = new PieceList();
    list.bytes(new Uint8Array());
    expect(list.finish()).toEqual([]);
  });

  test('passes large bytes on without a copy, in their place', () => {
    const list = new PieceList();
    const large = new Uint8Array(40_000).fill(7);
    list.varint(1);
    list.bytes(large);
    list.varint(2);
    const pieces = list.finish();
    expect(pieces).toHaveLength(3);
    expect(pieces[1]).toBe(large);
    expect([...pieces[0], ...pieces[2]]).toEqual([1, 2]);
  });

  test('copies small bytes: what becomes of them later does not show', () => {
    const list = new PieceList();
    const small = Uint8Array.of(1, 2, 3);
    list.bytes(small);
    small.fill(9);
    expect([...joined(list)]).toEqual([1, 2, 3]);
  });

  test('gathers millions of small writes in blocks', () => {
    const list = new PieceList();
    for (let i = 0; i < 200_000; i++) {
      list.varint(300);
    }
    const pieces = list.finish();
    expect(pieces.length).toBeLessThan(10);
    expect(pieces.reduce((sum, { length }) => sum + length, 0)).toBe(400_000);
    expect(pieces.every((piece) => piece.every((byte, i) => byte === (i % 2 === 0 ? 0xac : 0x02)))).toBe(true);
  });

  test.each([
    ['', 0],
    ['größer', 8],
    ['👩‍👩‍👧', 18],
    ['\ud800', 3],
    ['é'.repeat(16_383), 32_766],
    ['é'.repeat(16_385), 32_770],
    ['é'.repeat(40_000), 80_000],
  ])('has the bytes of text behind their number: %#', (text, length) => {
    const list = new PieceList();
    list.text(text);
    const bytes = joined(list);
    expect(Buffer.compare(bytes, concat(varint(length), Buffer.from(text)))).toBe(0);
  });

  test('is the sum of what was written, wherever blocks end', () => {
    const write = fc.oneof(
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => ({ value, bytes: varint(value) })),
      fc.integer({ min: 0, max: 70_000 }).map((length) => ({ bytes: new Uint8Array(length).fill(length % 251) })),
      fc
        .string({ unit: 'grapheme' })
        .map((text) => ({ text, bytes: concat(varint(Buffer.byteLength(text)), Buffer.from(text)) })),
      fc.float({ noNaN: true }).map((float) => ({ float, bytes: new Uint8Array(Float32Array.of(float).buffer) })),
    );
    fc.assert(
      fc.property(fc.array(write, { maxLength: 30 }), (writes) => {
        const list = new PieceList();
        for (const one of writes as { value?: bigint; text?: string; float?: number; bytes: Uint8Array }[]) {
          if (one.value !== undefined) {
            list.varint(one.value);
          } else if (one.text !== undefined) {
            list.text(one.text);
          } else if (one.float !== undefined) {
            list.float(one.float);
          } else {
            list.bytes(one.bytes);
          }
        }
        expect(Buffer.compare(joined(list), concat(...writes.map(({ bytes }) => bytes)))).toBe(0);
      }),
      { numRuns: 50 },
    );
  });
});
