import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { elementsOfArray } from './json-array.js';

async function elements(...pieces: string[]): Promise<string[]> {
  const found: string[] = [];
  const source = async function* () {
    yield* pieces;
  };
  for await (const element of elementsOfArray(source())) {
    found.push(element.trim());
  }
  return found;
}

describe('elements stand as they are written', () => {
  test.each([
    ['[]', []],
    [' [ \n ] \n', []],
    ['\uFEFF["a"]', ['"a"']],
    ['[1, 2.50 ,-0e1]', ['1', '2.50', '-0e1']],
    ['[12345678901234567890]', ['12345678901234567890']],
    ['["a,b", "]", "\\"", "\\\\"]', ['"a,b"', '"]"', '"\\""', '"\\\\"']],
    ['[{"a": [1, {"b": "}"}]}, [], {}]', ['{"a": [1, {"b": "}"}]}', '[]', '{}']],
    ['[null,\n"x\u2028y"]', ['null', '"x\u2028y"']],
  ])('%j', async (text, expected) => {
    expect(await elements(text)).toEqual(expected);
    expect(await elements(...text)).toEqual(expected);
  });
});

test('a comma too many gives an element that is no JSON, for the caller to refuse', async () => {
  expect(await elements('[1,]')).toEqual(['1', '']);
  expect(await elements('[,]')).toEqual(['', '']);
  expect(await elements('[1,,2]')).toEqual(['1', '', '2']);
});

test('brackets that do not match do not run on', async () => {
  expect(await elements('[{], 1]')).toEqual(['{]', '1']);
  expect(await elements('[}, 1]')).toEqual(['}', '1']);
});

test.each([
  ['', 'must hold an array'],
  ['   ', 'must hold an array'],
  ['{"a": 1}', 'must hold an array'],
  ['x[1]', 'must hold an array'],
  ['[1, 2', 'has no end'],
  ['["a]', 'has no end'],
  ['["a\\"]', 'has no end'],
  ['[1] 2', 'something behind the array'],
  ['[1][2]', 'something behind the array'],
])('%j is refused', async (text, why) => {
  await expect(elements(text)).rejects.toThrow(why);
});

test('any array comes back element by element, however it is cut and indented', async () => {
  const cuts = fc.array(fc.nat(200), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.jsonValue(), { maxLength: 5 }), fc.nat(2), cuts, async (values, indent, places) => {
      const text = JSON.stringify(values, undefined, indent);
      const ends = [...places.filter((place) => place < text.length), text.length].sort((a, b) => a - b);
      const found = await elements(...ends.map((end, i) => text.slice(ends[i - 1] ?? 0, end)));
      expect(found.map((element) => JSON.stringify(JSON.parse(element)))).toEqual(
        values.map((value) => JSON.stringify(value)),
      );
    }),
  );
});
