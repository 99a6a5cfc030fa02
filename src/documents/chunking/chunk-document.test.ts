import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Block } from '../document.js';
import { readMarkdown } from '../readers/markdown.js';
import { readPlainText } from '../readers/plain-text.js';
import { chunkDocument } from './chunk-document.js';

/** A word is a token. */
const countWords = async (texts: readonly string[]) => texts.map((text) => text.match(/\S+/g)?.length ?? 0);
const chunks = (blocks: readonly Block[], tokens: number, overlap = 0) =>
  chunkDocument(blocks, { tokens, overlap }, countWords);

const guide = `---
lang: en
tags: [a, b]
---
# Guide

Welcome to the guide.

## Install

Run this:

\`\`\`sh
npm install octavec
# not a heading
\`\`\`

Then you are done. It takes a minute. It needs no network.

## Empty

### Deep

| a | b |
|---|---|
| 1 | 2 |
`;

describe('Markdown', () => {
  test('knows headings, lines and front matter', async () => {
    const { blocks, metadata } = readMarkdown(guide);
    expect(metadata).toEqual({ lang: 'en', tags: ['a', 'b'] });
    expect(await chunks(blocks, 100)).toEqual([
      { text: 'Welcome to the guide.', headings: ['Guide'], lines: [7, 7] },
      {
        text: 'Run this:\n\n```sh\nnpm install octavec\n# not a heading\n```\n\nThen you are done. It takes a minute. It needs no network.',
        headings: ['Guide', 'Install'],
        lines: [11, 18],
      },
      { text: '| a | b |\n|---|---|\n| 1 | 2 |', headings: ['Guide', 'Empty', 'Deep'], lines: [24, 26] },
    ]);
  });

  test('is cut between blocks where it can be, then between sentences', async () => {
    const found = await chunks(readMarkdown(guide).blocks, 12);
    expect(found.map(({ text }) => text)).toEqual([
      'Welcome to the guide.',
      'Run this:',
      '```sh\nnpm install octavec\n# not a heading\n```',
      'Then you are done. It takes a minute.',
      'It needs no network.',
      '| a | b |\n|---|---|',
      '| 1 | 2 |',
    ]);
    expect(found[3].lines).toEqual([18, 18]);
  });
});

describe('text', () => {
  test('sentences at a cut stand on both sides of it', async () => {
    const text = 'One two three. Four five six. Seven eight nine. Ten eleven twelve.';
    const found = await chunks(readPlainText(text).blocks, 6, 3);
    expect(found.map((chunk) => chunk.text)).toEqual([
      'One two three. Four five six.',
      'Four five six. Seven eight nine.',
      'Seven eight nine. Ten eleven twelve.',
    ]);
  });

  test('taken whole it is one chunk', async () => {
    const { blocks } = readPlainText('a\n\nb\nc\n');
    expect(await chunkDocument(blocks, 'none', countWords)).toEqual([{ text: 'a\n\nb\nc', lines: [1, 4] }]);
    expect(await chunkDocument([], 'none', countWords)).toEqual([]);
  });

  test('no chunk has too many tokens, and nothing is lost, doubled or moved', async () => {
    const word = fc.stringMatching(/^[a-zé😀]{1,6}$/u).filter((text) => text !== '');
    const mark = fc.constantFrom(' ', '. ', '\n', '\n\n', '! ');
    const texts = fc.array(fc.tuple(word, mark), { maxLength: 60 }).map((parts) => parts.flat().join(''));
    await fc.assert(
      fc.asyncProperty(texts, fc.integer({ min: 1, max: 9 }), async (text, tokens) => {
        const { blocks } = readPlainText(text);
        const found = await chunks(blocks, tokens);
        const counts = await countWords(found.map((chunk) => chunk.text));
        expect(Math.max(0, ...counts)).toBeLessThanOrEqual(tokens);
        expect(
          found
            .map((chunk) => chunk.text)
            .join('')
            .replace(/\s/g, ''),
        ).toBe(text.replace(/\s/g, ''));
        const lines = text.split('\n');
        for (const chunk of found) {
          const [first, last] = chunk.lines!;
          expect(lines.slice(first - 1, last).join('\n')).toContain(chunk.text.split('\n')[0]);
        }
      }),
    );
  });

  test('a word that alone is too long is cut, and no character is', async () => {
    const byCharacter = async (texts: readonly string[]) => texts.map((text) => [...text.trim()].length);
    const { blocks } = readPlainText('😀'.repeat(50));
    const found = await chunkDocument(blocks, { tokens: 7, overlap: 0 }, byCharacter);
    expect(found.map(({ text }) => text).join('')).toBe('😀'.repeat(50));
    expect(found.every(({ text }) => [...text].length <= 7)).toBe(true);
  });
});
