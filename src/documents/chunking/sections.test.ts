import { expect, test } from 'vitest';
import type { Block } from '../document.js';
import { sectionsOf } from './sections.js';

const h = (level: number, text: string): Block => ({ kind: 'heading', text, level });
const p = (text: string): Block => ({ kind: 'prose', text });
const shown = (blocks: readonly Block[]) =>
  sectionsOf(blocks).map(
    ({ headings, blocks: content }) => `${headings.join('/')}: ${content.map(({ text }) => text)}`,
  );

test.each<[string, Block[], string[]]>([
  ['nothing', [], []],
  ['no heading', [p('a'), p('b')], [': a,b']],
  ['text before the first heading', [p('a'), h(1, 'A'), p('b')], [': a', 'A: b']],
  ['headings in headings', [h(1, 'A'), p('a'), h(2, 'B'), p('b'), h(3, 'C'), p('c')], ['A: a', 'A/B: b', 'A/B/C: c']],
  ['the next of the same level', [h(2, 'A'), p('a'), h(2, 'B'), p('b')], ['A: a', 'B: b']],
  ['back to an outer one', [h(1, 'A'), h(3, 'B'), p('b'), h(2, 'C'), p('c')], ['A/B: b', 'A/C: c']],
  ['an inner one first', [h(3, 'A'), p('a'), h(1, 'B'), p('b')], ['A: a', 'B: b']],
  ['a heading with nothing below it', [h(1, 'A'), h(1, 'B'), p('b')], [': A', 'B: b']],
  ['a heading at the end', [p('a'), h(1, 'A'), p('b'), h(2, 'B')], [': a', 'A: b', 'A: B']],
  ['headings alone', [h(1, 'A'), h(2, 'B')], ['A: B']],
])('%s', (_, blocks, expected) => {
  expect(shown(blocks)).toEqual(expected);
});

test('a heading of more than 200 characters is text', () => {
  const long = 'x'.repeat(201);
  expect(shown([h(1, 'A'), h(2, long), p('a')])).toEqual([`A: ${long},a`]);
  expect(shown([h(1, 'y'.repeat(200)), p('a')])).toEqual([`${'y'.repeat(200)}: a`]);
});

test('a heading without a level is an outermost one', () => {
  expect(shown([h(2, 'A'), p('a'), { kind: 'heading', text: 'B' }, p('b')])).toEqual(['A: a', 'B: b']);
});
