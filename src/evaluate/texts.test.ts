import { expect, test } from 'vitest';
import { textsHash } from '../files/index.js';
import { calibrationTexts, verificationTexts } from './texts.js';

test('the shipped texts are distinct, of mixed lengths, and the two lists have none in common', async () => {
  const [verification, calibration] = await Promise.all([verificationTexts(), calibrationTexts()]);
  expect([verification.length, calibration.length]).toEqual([1000, 512]);
  expect(new Set([...verification, ...calibration]).size).toBe(1512);
  for (const texts of [verification, calibration]) {
    expect(texts.filter((text) => text.length < 60).length).toBeGreaterThan(100);
    expect(texts.filter((text) => text.length > 600).length).toBeGreaterThan(50);
    expect(texts.every((text) => text.trim() === text && text !== '')).toBe(true);
  }
});

test('no two lists have the same hash', () => {
  const hashes = [['ab'], ['a', 'b'], ['b', 'a'], ['a","b'], [], ['']].map(textsHash);
  expect(new Set(hashes).size).toBe(hashes.length);
});
