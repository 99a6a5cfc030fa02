import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fieldStart, fieldText, valueText } from './field-text.js';

describe('metadata as a text', () => {
  test.each([
    [{}, ''],
    [{ lang: 'en' }, '\nlang\tten\n'],
    [{ lang: 'en', draft: true, n: 1 }, '\nlang\tten\ndraft\tb1\nn\tnbff0000000000000\n'],
    [{ tags: ['a', 'b'], none: [] }, '\ntags\tta\ntags\ttb\nnone\t\n'],
    [{ 'a\tb': 'x\ny', '\b': '' }, '\na\bib\ttx\bjy\n\bh\tt\n'],
  ])('%j', (metadata, text) => {
    expect(fieldText(metadata)).toBe(text);
  });

  test('no value or name can pretend to be another line', () => {
    const text = fieldText({ a: 'x\nlang\tten\n' });
    expect(text).not.toContain(`${fieldStart('lang')}${valueText('en')}\n`);
    expect(text.split('\n')).toHaveLength(3);
  });
});

describe('values as texts', () => {
  const order = (a: string, b: string) => Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b)));

  test('0 and −0 are one number', () => {
    expect(valueText(-0)).toBe(valueText(0));
  });

  test.each([
    [-Number.MAX_VALUE, -1e300],
    [-1, -0.5],
    [-5e-324, 0],
    [0, 5e-324],
    [0.1, 0.2],
    [9, 10],
    [2 ** 53 - 1, 2 ** 53],
    [1e300, Number.MAX_VALUE],
  ])('%f comes before %f', (a, b) => {
    expect(order(valueText(a), valueText(b))).toBe(-1);
  });

  test('numbers keep their order', () => {
    const number = fc.double({ noNaN: true });
    fc.assert(
      fc.property(number, number, (a, b) => {
        expect(order(valueText(a), valueText(b))).toBe(a === b ? 0 : a < b ? -1 : 1);
      }),
    );
  });

  test('texts keep their order, also those that are escaped', () => {
    // Every character but halves of pairs, which have no bytes of their own.
    const character = fc.nat(0x10f7ff).map((i) => String.fromCodePoint(i < 0xd800 ? i : i + 0x800));
    const text = fc.oneof(
      fc.string({ unit: character }),
      fc.string({ unit: fc.constantFrom('\b', '\t', '\n', '\u0007', '\v', 'h') }),
    );
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(order(valueText(a), valueText(b))).toBe(order(a, b));
      }),
    );
  });

  test('false comes before true', () => {
    expect([valueText(false), valueText(true)]).toEqual(['b0', 'b1']);
  });
});
