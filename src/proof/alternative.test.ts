import { expect, test } from 'vitest';
import type { ModelFiles } from '../model/index.js';
import { otherKindThan } from './alternative.js';
import type { Candidate } from './candidate.js';
import type { Original } from './original.js';

/** What is decided without loading a model: there are none in these folders. */
const files = (folder: string | undefined, staticReading?: ModelFiles['staticReading']) =>
  ({ folder, staticReading, onnxPath: '/nowhere/model.onnx' }) as ModelFiles;
const original = (of: ModelFiles) => ({ files: of, runnable: of }) as Original;
const candidate = (of: ModelFiles) => ({ files: of }) as Candidate;

test('a static model and an encoder are of other kinds, whichever of them is the original', async () => {
  const [table, encoder] = [files('/static', 'model2vec'), files('/encoder')];
  expect(await otherKindThan(original(encoder))(candidate(table))).toBe(true);
  expect(await otherKindThan(original(table))(candidate(encoder))).toBe(true);
});

test('what stands in the folder of its original was made of it, and so was a file without a folder', async () => {
  const isOther = otherKindThan(original(files('/encoder')));
  expect(await isOther(candidate(files('/encoder')))).toBe(false);
  expect(await isOther(candidate(files(undefined)))).toBe(false);
});

test('a model of another folder is loaded for the length of its vectors', async () => {
  const isOther = otherKindThan(original(files('/encoder')));
  await expect(isOther(candidate(files('/other')))).rejects.toThrow();
});
