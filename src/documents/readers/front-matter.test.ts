import { expect, test } from 'vitest';
import { readFrontMatter } from './front-matter.js';

test.each([
  ['---\nlang: en\nyear: 2024\n---\ntext', { lang: 'en', year: 2024 }, 'text'],
  ['---\ntags: [a, b]\n...\ntext', { tags: ['a', 'b'] }, 'text'],
  ['---  \na: 1\n---\t\n\ntext', { a: 1 }, '\ntext'],
  ['---\na: 1\n---', { a: 1 }, ''],
  ['---\na: {b: 1}\nc: null\nd: yes\n---\n', { d: 'yes' }, ''],
  ['---\ndate: 2024-01-02\n---\n', { date: '2024-01-02' }, ''],
])('%j', (source, metadata, rest) => {
  const { metadata: found, end } = readFrontMatter(source);
  expect(found).toEqual(metadata);
  expect(source.slice(end)).toBe(rest);
});

test.each([
  ['', 'nothing'],
  ['text\n---\na: 1\n---\n', 'lines further down'],
  [' ---\na: 1\n---\n', 'an indented line'],
  ['---\na: 1\n', 'no second line'],
  ['---\na: 1\n ---\n', 'a second line that is indented'],
  ['----\na: 1\n----\n', 'longer lines'],
  ['---\n- a\n- b\n---\n', 'a list'],
  ['---\njust words\n---\n', 'words'],
  ['---\na: [\n---\n', 'broken YAML'],
  ['---\na: &x [1]\nb: *x\n---\n', 'aliases, with which a small file can become large'],
  [`---\na: ${'x'.repeat(70_000)}\n---\n`, 'more than 64 KB'],
])('%# is text: %s', (source) => {
  expect(readFrontMatter(source)).toEqual({ metadata: {}, end: 0 });
});
