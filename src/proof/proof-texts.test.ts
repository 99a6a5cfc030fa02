import { expect, test } from 'vitest';
import { proofTextsOf, speedTexts } from './proof-texts.js';

test('a proof goes by the texts that were given, else by a thousand of octavec', async () => {
  const given = { texts: ['a', 'b', 'c'], source: 'mine.txt' };
  expect(await proofTextsOf(given)).toBe(given);
  const { texts, source } = await proofTextsOf(undefined);
  expect([texts.length, new Set(texts).size, source]).toEqual([1000, 1000, "octavec's verification texts"]);
});

test('speed is measured with few of them, from all over the list', () => {
  const texts = Array.from({ length: 1000 }, (_, i) => `${i}`);
  const chosen = speedTexts({ texts, source: 'many' });
  expect(chosen).toHaveLength(64);
  expect(chosen).toEqual([...chosen].sort((a, b) => Number(a) - Number(b)));
  expect(Number(chosen.at(-1))).toBeGreaterThan(900);
  expect(speedTexts({ texts: ['a', 'b'], source: 'few' })).toEqual(['a', 'b']);
});
