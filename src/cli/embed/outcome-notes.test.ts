import { expect, test } from 'vitest';
import { outcomeNotes } from './outcome-notes.js';

const fine = { texts: 10, truncated: 0, emptyLines: 0, lossyLines: 0 };
const model = { maxTokens: 128 };

test('nothing is said where all went as one may think', () => {
  expect(outcomeNotes(fine, model)).toEqual([]);
});

test.each<[object, object, string]>([
  [{ truncated: 1 }, {}, '1 of 10 texts is longer than 128 tokens; only the beginning counted'],
  [{ truncated: 3, texts: 3 }, {}, '3 of 3 texts are longer than 128 tokens; only the beginning counted'],
  [{ truncated: 2 }, { truncationSide: 'left' }, '2 of 10 texts are longer than 128 tokens; only the end counted'],
  [{ emptyLines: 1 }, {}, '1 empty line was passed over'],
  [{ emptyLines: 12 }, {}, '12 empty lines were passed over'],
  [{ lossyLines: 1 }, {}, '1 line not UTF-8; U+FFFD stands for what is not'],
])('%j, %j', (changes, facts, said) => {
  expect(outcomeNotes({ ...fine, ...changes }, { ...model, ...facts })).toEqual([said]);
});
