import { expect, test } from 'vitest';
import { changeInWords, gainsInWords } from './gains.js';

test.each([
  [{ smaller: 4, faster: 2.64, kept: 0.9439 }, 'is 75 % smaller than the original and 2.6 times as fast; 94 of 100'],
  [{ smaller: 2, faster: 1.04, kept: 1 }, 'is 50 % smaller than the original and about as fast; all search results'],
  [
    { smaller: 5, faster: 0.62, kept: 0.9994 },
    'but runs at 0.6 times its speed; 99 of 100 search results stay the same',
  ],
  [{ smaller: 4, kept: 0.5 }, 'is 75 % smaller than the original; 50 of 100'],
  [{ smaller: 1, faster: 2, kept: 0.96 }, 'is as large as the original and 2.0 times as fast'],
  [{ smaller: 0.5, kept: Number.NaN }, 'is 100 % larger than the original; its vectors cannot be searched'],
])('%o', (gains, words) => {
  expect(gainsInWords(gains)).toContain(words);
});

test('a change says in which direction it goes', () => {
  expect([4, 1, 0.8].map(changeInWords)).toEqual(['75 % less', 'the same', '25 % more']);
});

test('whole hundredths of search results are told as they are', () => {
  for (let kept = 0; kept < 100; kept++) {
    expect(gainsInWords({ smaller: 1, kept: kept / 100 })).toContain(`; ${kept} of 100 search results`);
  }
  expect(gainsInWords({ smaller: 1, kept: 0.9994 })).toContain('; 99 of 100 search results');
});
