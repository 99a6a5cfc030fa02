import { describe, expect, test } from 'vitest';
import {
  checkBound,
  checkCallback,
  checkChoice,
  checkCount,
  checkFlag,
  checkLocation,
  checkNumber,
  checkObject,
  checkOptions,
  checkSignal,
  checkText,
  listOf,
  nested,
  type OptionChecks,
  oneOf,
  or,
  pickOptions,
} from './check-option.js';
import { pathOf } from './location.js';

test('takes what an option may be, and nothing at all', () => {
  checkChoice('memory', 'fast', ['fast', 'shared']);
  checkChoice('memory', undefined, ['fast', 'shared']);
  checkCount('batchTokens', 1);
  checkBound('maxWaitingTexts', 0);
  checkBound('maxWaitingTexts', Number.POSITIVE_INFINITY);
});

test.each([
  [() => checkChoice('memory', 'bogus', ['fast', 'shared']), 'memory is bogus, and must be one of fast, shared'],
  [() => checkCount('batchTokens', Number.NaN), 'batchTokens is NaN, and must be a whole number from 1 on'],
  [() => checkCount('batchTokens', 0), 'batchTokens is 0'],
  [() => checkCount('batchTokens', 1.5), 'batchTokens is 1.5'],
  [() => checkCount('batchTokens', '2' as unknown as number), 'batchTokens is 2'],
  [() => checkBound('maxWaitingTexts', -1), 'maxWaitingTexts is -1, and must be a number from 0 on'],
  [() => checkBound('maxWaitingTexts', Number.NaN), 'maxWaitingTexts is NaN'],
])('refuses the rest (%#)', (check, message) => {
  expect(check).toThrow(expect.objectContaining({ code: 'USAGE', message: expect.stringContaining(message) }));
});

describe('options from callers without a type checker', () => {
  interface Options {
    readonly dimensions?: number;
    readonly overLong?: string;
    readonly signal?: AbortSignal;
    readonly names?: readonly string[];
    readonly place?: string | URL;
  }
  const checks: OptionChecks<Options> = {
    dimensions: checkCount,
    overLong: oneOf(['truncate', 'chunk']),
    signal: checkSignal,
    names: listOf(checkText),
    place: checkLocation,
  };
  const check = (options: unknown) => checkOptions(options as Options, checks);

  test('may be left out, or be undefined', () => {
    check(undefined);
    check({});
    check({ dimensions: undefined, signal: undefined });
    check({ dimensions: 3, overLong: 'chunk', signal: new AbortController().signal, names: ['a'], place: 'file:///a' });
  });

  // biome-ignore lint/suspicious/noSparseArray: it is what is tested
  const sparse = ['a', , 'b'];

  test.each([
    ['x', 'The options are a string, and must be an object.'],
    [null, 'The options are null, and must be an object.'],
    [[], 'The options are a list, and must be an object.'],
    [{ overlong: 'chunk' }, 'There is no option "overlong". Did you mean overLong?'],
    [{ zzz: 1 }, 'There is no option "zzz". Known: dimensions, overLong, signal, names, place.'],
    [{ dimensions: '3' }, 'The option dimensions is 3, and must be a whole number from 1 on.'],
    [{ dimensions: null }, 'The option dimensions is null, and must be a whole number from 1 on.'],
    [{ overLong: 'cut' }, 'The option overLong is cut, and must be one of truncate, chunk.'],
    [{ signal: 'x' }, 'The option signal is x, and must be an AbortSignal.'],
    [{ names: 'a' }, 'The option names is a, and must be a list.'],
    [{ names: sparse }, 'The option names[1] is undefined, and must be a string.'],
    [{ place: 5 }, 'The option place is number, and must be a path. Give a path or a file: URL.'],
    [
      { place: new URL('https://example.org/a') },
      'The option place is https://example.org/a, which is no place on this machine. Give a path or a file: URL.',
    ],
  ])('%j is refused by name', (options, message) => {
    expect(() => check(options)).toThrow(expect.objectContaining({ code: 'USAGE', message }));
  });
});

test('the path of a location', () => {
  expect(pathOf('model', 'a/b c')).toBe('a/b c');
  expect(pathOf('model', 'file:///a/b%20c')).toBe('/a/b c');
  expect(pathOf('model', new URL('file:///a/b%20c'))).toBe('/a/b c');
  for (const wrong of [undefined, null, 3, '', 'a\0b', new URL('data:,x'), 'file:///a%2Fb']) {
    expect(() => pathOf('model', wrong as string)).toThrow(expect.objectContaining({ code: 'USAGE' }));
  }
});

describe('checks that are put together', () => {
  interface Inner {
    readonly texts?: number;
  }
  const inner: OptionChecks<Inner> = { texts: checkCount };
  const check = (options: unknown) =>
    checkOptions(
      options as object,
      {
        cache: or(false, checkCount),
        depths: listOf(listOf(checkNumber)),
        speed: nested(inner),
        onDone: checkCallback,
        quiet: checkFlag,
        tags: checkObject,
      } as OptionChecks<object>,
    );

  test('take what any of them takes', () => {
    check({ cache: false });
    check({ cache: 3, depths: [], speed: {}, onDone: () => undefined, quiet: false, tags: {} });
    check({ depths: [[], [1, -1.5, Number.NEGATIVE_INFINITY]], speed: { texts: undefined } });
  });

  test.each([
    [{ cache: true }, 'The option cache is true, and must be a whole number from 1 on.'],
    [{ cache: 1e300 }, 'The option cache is 1e+300, and must be a whole number from 1 on.'],
    [{ cache: 1n }, 'The option cache is 1, and must be a whole number from 1 on.'],
    [{ depths: [[1], 2] }, 'The option depths[1] is 2, and must be a list.'],
    [{ depths: [[1], [2, Number.NaN]] }, 'The option depths[1][1] is NaN, and must be a number.'],
    [{ speed: [] }, 'The options of speed are a list, and must be an object.'],
    [{ speed: '' }, 'The options of speed are empty, and must be an object.'],
    [{ speed: { text: 1 } }, 'There is no option "text". Did you mean texts?'],
    [{ speed: { texts: Symbol('x') } }, 'The option texts is a symbol, and must be a whole number from 1 on.'],
    [{ onDone: {} }, 'The option onDone is an object, and must be a function.'],
    [{ quiet: 0 }, 'The option quiet is 0, and must be true or false.'],
    [{ quiet: '' }, 'The option quiet is empty, and must be true or false.'],
    [{ tags: [] }, 'The option tags is a list, and must be an object.'],
    [{ tags: null }, 'The option tags is null, and must be an object.'],
    [{ tags: () => 1 }, 'The option tags is a function, and must be an object.'],
    [JSON.parse('{"__proto__": {"cache": 1}}'), /^There is no option "__proto__"\. Known: cache, depths/],
    [{ constructor: 1 }, /^There is no option "constructor"/],
  ])('refuse the rest by its place (%#)', (options, message) => {
    expect(() => check(options)).toThrow(message);
    expect(() => check(options)).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });

  test('a value of a megabyte is not repeated', () => {
    const long = 'x'.repeat(1_000_000);
    for (const options of [{ cache: long }, { [long]: 1 }, { depths: long }]) {
      const refused = () => check(options);
      expect(refused).toThrow(/x… \(1000000 characters\)/);
      expect(refused).toThrow(expect.objectContaining({ message: expect.stringMatching(/^.{1,300}$/) }));
    }
  });

  test('what a function does not know is left out for it', () => {
    const given = { texts: 1, other: 2, toString: 3 } as Inner;
    expect(pickOptions(given, inner)).toEqual({ texts: 1 });
    expect(pickOptions({}, inner)).toEqual({});
  });
});
