import { describe, expect, test } from 'vitest';
import {
  checkBound,
  checkChoice,
  checkCount,
  checkLocation,
  checkOptions,
  checkSignal,
  checkText,
  listOf,
  type OptionChecks,
  oneOf,
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
