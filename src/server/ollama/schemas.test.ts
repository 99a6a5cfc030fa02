import { describe, expect, test } from 'vitest';
import * as cohere from '../cohere/schemas.js';
import * as ollama from './schemas.js';

describe("Ollama's requests", () => {
  test.each([
    [{ model: 'm', input: 'a' }, true],
    [{ model: 'm', input: ['a', ''] }, true],
    [{ model: 'm', input: [] }, true],
    [{ model: 'm', input: 'a', truncate: null, options: { num_ctx: 1 }, keep_alive: '5m' }, true],
    [{ model: 'm', input: 'a', keep_alive: -1, dimensions: 0 }, true],
    [{ model: '', input: 'a' }, false],
    [{ input: 'a' }, false],
    [{ model: 'm' }, true],
    [{ model: 'm', input: null }, true],
    [{ model: 'm', input: [1] }, false],
    [{ model: 'm', input: 'a', options: [] }, false],
    [{ model: 'm', input: 'a', dimensions: 1.5 }, false],
  ])('%j is sound: %s', (request, isSound) => {
    expect(ollama.embedRequest.safeParse(request).success).toBe(isSound);
  });

  test('the input is told in one sentence', () => {
    const { error } = ollama.embedRequest.safeParse({ model: 'm', input: 3 });
    expect(error?.issues.map(({ message }) => message)).toEqual(['must be a string or a list of strings']);
  });

  test('a model is shown by either of its two names', () => {
    expect(ollama.showRequest.safeParse({ model: 'm' }).success).toBe(true);
    expect(ollama.showRequest.safeParse({ name: 'm', verbose: true }).success).toBe(true);
    expect(ollama.showRequest.safeParse({ name: '' }).success).toBe(false);
  });
});

describe("Cohere's requests", () => {
  const part = (text: string) => ({ content: [{ type: 'text', text }] });

  test.each([
    [{ texts: ['a'] }, true],
    [{ texts: [] }, true],
    [{ inputs: [part('a'), part('')] }, true],
    [{ texts: ['a'], embedding_types: ['float', 'ubinary'], output_dimension: 8 }, true],
    [{ inputs: [{ content: [] }] }, false],
    [{ inputs: [{ content: [{ type: 'image_url', image_url: 'x' }] }] }, false],
    [{ texts: ['a'], embedding_types: [] }, false],
    [{ texts: ['a'], embedding_types: ['float16'] }, false],
    [{ texts: ['a'], output_dimension: 0 }, false],
    [{ texts: ['a'], truncate: 'MIDDLE' }, false],
    [{ texts: 'a' }, false],
  ])('%j is sound: %s', (request, isSound) => {
    expect(cohere.embedRequest.safeParse(request).success).toBe(isSound);
  });

  test('over-long texts lose their end, where nothing is said', () => {
    expect(cohere.embedRequest.parse({ texts: ['a'] })).toEqual({ texts: ['a'], truncate: 'END' });
  });

  test.each([
    [{ query: 'q', documents: ['a', { text: 'b' }] }, true],
    [{ query: 'q', documents: [], top_n: null }, true],
    [{ query: 'q', documents: ['a'], top_n: 0 }, false],
    [{ query: 'q', documents: [{ body: 'b' }] }, false],
    [{ documents: ['a'] }, false],
  ])('the ranking %j is sound: %s', (request, isSound) => {
    expect(cohere.rerankRequest.safeParse(request).success).toBe(isSound);
  });
});
