import { readFile } from 'node:fs/promises';

/**
 * Reads 1,000 distinct English texts: questions, claims, sentences, whole abstracts (data/ATTRIBUTION.md says whose).
 */
export function verificationTexts(): Promise<readonly string[]> {
  return shippedTexts('verification-texts.json');
}

/** Reads 512 distinct texts of the same kinds, none of them among the verification texts. */
export function calibrationTexts(): Promise<readonly string[]> {
  return shippedTexts('calibration-texts.json');
}

async function shippedTexts(name: string): Promise<readonly string[]> {
  const file = new URL(`../../data/${name}`, import.meta.url);
  return JSON.parse(await readFile(file, 'utf8'));
}
