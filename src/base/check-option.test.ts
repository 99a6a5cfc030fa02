import { expect, test } from 'vitest';
import { checkBound, checkChoice, checkCount } from './check-option.js';

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
