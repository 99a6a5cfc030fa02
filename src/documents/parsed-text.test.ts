import { expect, test } from 'vitest';
import { parsedText } from './parsed-text.js';

test('paragraphs have no lines, because there is no file', () => {
  expect(parsedText('one\n\ntwo\nmore', { lang: 'en' })).toEqual({
    blocks: [
      { kind: 'prose', text: 'one' },
      { kind: 'prose', text: 'two\nmore' },
    ],
    metadata: { lang: 'en' },
  });
});

test.each([
  ['a title', 'Guide', 'Guide'],
  ['a title that is a number, as tables have it', 1984, '1984'],
])('%s is the heading above the text', (_, title, heading) => {
  expect(parsedText('text', { title }).blocks).toEqual([
    { kind: 'heading', text: heading, level: 1 },
    { kind: 'prose', text: 'text' },
  ]);
});

test.each([
  ['an empty title', ' \n'],
  ['a list of titles', ['a', 'b']],
  ['a title that is a Boolean', true],
])('%s is no heading', (_, title) => {
  expect(parsedText('text', { title }).blocks).toEqual([{ kind: 'prose', text: 'text' }]);
});

test('nothing below a title is still a document', () => {
  expect(parsedText('', { title: 'Guide' }).blocks).toEqual([{ kind: 'heading', text: 'Guide', level: 1 }]);
  expect(parsedText(' \n', {}).blocks).toEqual([]);
});
