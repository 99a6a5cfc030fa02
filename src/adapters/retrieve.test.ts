import { describe, expect, test } from 'vitest';
import type { Embedder } from '../embed/index.js';
import { embedAs, metadataOfResult } from './retrieve.js';

/** An embedder whose vectors are the lengths of texts, in a row of a larger block. */
function embedderWith(prompts: Readonly<Record<string, string>>) {
  const asked: unknown[] = [];
  const embed = async (texts: readonly string[], options: object) => {
    asked.push([texts, options]);
    const data = Float32Array.from([...texts.flatMap(({ length }) => [length, -length]), 99, 99]);
    return { data, rows: texts.length, columns: 2 };
  };
  return { embedder: { model: { prompts }, embed } as unknown as Embedder, asked };
}

describe('texts by their role', () => {
  test.each([
    ['query', { query: 'query: ', document: 'passage: ' }, 'query'],
    ['document', { query: 'query: ', document: 'passage: ' }, 'document'],
    ['document', { query: 'query: ', passage: 'passage: ' }, 'passage'],
    ['query', {}, undefined],
    ['document', { query: 'Represent this sentence: ' }, undefined],
  ] as const)('a %s of a model with prompts %j gets that called %s', async (role, prompts, promptName) => {
    const { embedder, asked } = embedderWith(prompts);
    await embedAs(embedder, role, ['ab']);
    expect(asked).toEqual([[['ab'], { promptName }]]);
  });

  test('become plain rows of numbers, in their order', async () => {
    const { embedder } = embedderWith({});
    const rows = await embedAs(embedder, 'document', ['a', 'abc']);
    expect(rows).toEqual([
      [1, -1],
      [3, -3],
    ]);
    expect(rows.every(Array.isArray)).toBe(true);
  });

  test('that are none ask no model', async () => {
    const { embedder, asked } = embedderWith({});
    expect(await embedAs(embedder, 'document', [])).toEqual([]);
    expect(asked).toEqual([]);
  });
});

describe('metadata of a result', () => {
  const result = { id: 'a#1', document: 'a', text: 'It is.', score: 0.5, metadata: { lang: 'en' } };

  test('are those of the document, its id and the score', () => {
    expect(metadataOfResult(result)).toEqual({ lang: 'en', document: 'a', score: 0.5 });
  });

  test('say where the text stands, as far as that is known', () => {
    expect(metadataOfResult({ ...result, headings: ['A', 'B'], lines: [1, 2], page: 3 })).toEqual({
      ...{ lang: 'en', document: 'a', score: 0.5, headings: ['A', 'B'], lines: [1, 2], page: 3 },
    });
    expect(metadataOfResult({ ...result, headings: undefined, page: undefined })).not.toHaveProperty('page');
  });

  test('cannot take the place of the id and the score', () => {
    const metadata = { document: 'another', score: 9 };
    expect(metadataOfResult({ ...result, metadata })).toEqual({ document: 'a', score: 0.5 });
  });
});
