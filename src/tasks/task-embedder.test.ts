import { expect, test } from 'vitest';
import { promptFor } from './task-embedder.js';

test.each([
  [{}, undefined],
  [{ query: 'q: ' }, 'query'],
  [{ query: 'q: ', Retrieval: 'r: ' }, 'Retrieval'],
  [{ 'Retrieval-query': 'rq: ', Retrieval: 'r: ' }, 'Retrieval-query'],
  [{ scifact: 's: ', 'Retrieval-query': 'rq: ' }, 'scifact'],
  [{ 'scifact-query': 'sq: ', scifact: 's: ' }, 'scifact-query'],
  [{ passage: 'p: ' }, undefined],
])('the prompt of a query: %o', (prompts, expected) => {
  expect(promptFor(prompts as Record<string, string>, 'scifact', 'retrieval', 'query')).toBe(expected);
});

test('documents are passages to some models, and other tasks have no role', () => {
  expect(promptFor({ passage: 'p: ' }, 'scifact', 'retrieval', 'document')).toBe('passage');
  expect(promptFor({ document: 'd: ', passage: 'p: ' }, 'scifact', 'retrieval', 'document')).toBe('document');
  expect(promptFor({ query: 'q: ', STS: 's: ' }, 'stsb', 'sts', undefined)).toBe('STS');
  expect(promptFor({ query: 'q: ' }, 'stsb', 'sts', undefined)).toBeUndefined();
});
