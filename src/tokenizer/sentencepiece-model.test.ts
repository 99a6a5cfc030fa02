import { describe, expect, test } from 'vitest';
import { readSentencePiece } from './sentencepiece-model.js';

/** A number in groups of seven bits, the lowest first. */
function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value % 0x80) + 0x80, ...varint(Math.floor(value / 0x80))];
}

const field = (number: number, wire: number, payload: readonly number[]) => [...varint(number * 8 + wire), ...payload];
const bytes = (number: number, payload: readonly number[]) => field(number, 2, [...varint(payload.length), ...payload]);
const float = (number: number, value: number) => field(number, 5, [...Buffer.from(Float32Array.of(value).buffer)]);
const piece = (text: string, score: number) => bytes(1, [...bytes(1, [...Buffer.from(text)]), ...float(2, score)]);

const read = (...parts: readonly number[][]) => readSentencePiece(Buffer.from(parts.flat()), 'x.model');

describe('what a model of SentencePiece says', () => {
  test('pieces with their scores, in their order', () => {
    const { pieces, isUnigram, charsmap } = read(piece('<unk>', 0), piece('▁the', -3.5), piece('😀', -10));
    expect(pieces).toEqual([
      ['<unk>', 0],
      ['▁the', -3.5],
      ['😀', -10],
    ]);
    expect(isUnigram).toBe(true);
    expect(charsmap).toHaveLength(0);
  });

  test('a piece without text or score has the defaults of protocol buffers', () => {
    expect(read(bytes(1, []), bytes(1, bytes(1, [0x61])), bytes(1, float(2, 2))).pieces).toEqual([
      ['', 0],
      ['a', 0],
      ['', 2],
    ]);
  });

  test.each([
    ['unigram', 1, true],
    ['byte pairs', 2, false],
    ['words', 3, false],
    ['characters', 4, false],
  ])('its kind: %s', (_, kind, isUnigram) => {
    const trainer = bytes(2, [...bytes(1, [0x78]), ...field(3, 0, varint(kind)), ...field(4, 0, varint(250_002))]);
    expect(read(piece('a', 0), trainer).isUnigram).toBe(isUnigram);
  });

  test('the rules of normalizing, beside their name', () => {
    const rules = Array.from({ length: 300 }, (_, i) => i % 256);
    const normalizer = bytes(3, [...bytes(1, [...Buffer.from('nmt_nfkc')]), ...bytes(2, rules)]);
    expect([...read(normalizer, piece('a', 0)).charsmap]).toEqual(rules);
  });

  test('fields that nobody asks for are passed over, whatever their wire', () => {
    const others = [field(9, 0, varint(2 ** 40)), field(10, 1, Array(8).fill(255)), float(11, 1), bytes(4000, [1, 2])];
    expect(read(...others, piece('a', -1), ...others).pieces).toEqual([['a', -1]]);
  });
});

describe('what is no model', () => {
  const whole = piece('▁the', -3.5);
  test.each([
    ['nothing', [], '0 pieces'],
    ['no piece', bytes(3, []), '0 pieces'],
    ['a wire that there is not', field(1, 3, []), 'cut off'],
    ['a number without end', field(9, 0, Array(11).fill(0x80)), 'cut off'],
    ['a length beyond all lengths', field(1, 2, varint(2 ** 53 - 1)), 'cut off'],
    ['a number that is cut off', [0x80], 'cut off'],
    ['text', [...Buffer.from('the quick brown fox')], 'cut off'],
  ])('%s', (_, given, why) => {
    expect(() => read(given)).toThrow(expect.objectContaining({ code: 'TOKENIZER_INVALID' }));
    expect(() => read(given)).toThrow(why);
  });

  test('a file that ends within a piece, wherever', () => {
    for (let length = 1; length < whole.length; length++) {
      expect(() => read(whole.slice(0, length))).toThrow(expect.objectContaining({ code: 'TOKENIZER_INVALID' }));
    }
  });
});
