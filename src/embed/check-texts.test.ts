import { expect, test } from 'vitest';
import { checkTexts, mostCharacters } from './check-texts.js';

test('takes texts of any content, up to a length', () => {
  checkTexts([]);
  checkTexts(['', '\0', '\ud800', 'x'.repeat(mostCharacters)]);
});

test('names the text that is none, or too long', () => {
  expect(() => checkTexts(['a', 3 as unknown as string])).toThrow(
    expect.objectContaining({
      code: 'TEXT_INVALID',
      message: 'Text 1 cannot be embedded: it is number, not a string.',
    }),
  );
  expect(() => checkTexts(['x'.repeat(mostCharacters + 1)])).toThrow(
    expect.objectContaining({
      code: 'TEXT_INVALID',
      message: 'Text 0 cannot be embedded: it has 4194305 characters, and 4194304 are allowed.',
    }),
  );
});

test('refuses what is no list', () => {
  expect(() => checkTexts('abc' as unknown as string[])).toThrow(
    expect.objectContaining({
      code: 'USAGE',
      message: 'The texts are string, and must be an array of strings. Put a single text into an array.',
    }),
  );
  expect(() => checkTexts(undefined as unknown as string[])).toThrow(expect.objectContaining({ code: 'USAGE' }));
});
