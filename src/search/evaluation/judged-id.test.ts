import { expect, test } from 'vitest';
import { judgedId, rankedDocuments } from './judged-id.js';

const isJudged = (id: string) => ['7', 'guide/start.md', 'whole', 'a#b'].includes(id);

test.each([
  ['corpus.jsonl#7', '7'],
  ['docs/guide/start.md', 'guide/start.md'],
  ['whole', 'whole'],
  ['a#b', 'a#b'],
  ['corpus.jsonl#8', 'corpus.jsonl#8'],
])('%s is judged as %s', (document, id) => {
  expect(judgedId(document, isJudged)).toBe(id);
});

test('a document stands where its best passage does', () => {
  expect(rankedDocuments(['x', 'corpus.jsonl#7', 'x', '7', 'whole'], isJudged)).toEqual(['x', '7', 'whole']);
});
