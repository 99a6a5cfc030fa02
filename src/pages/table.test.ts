import { expect, test } from 'vitest';
import { html } from './markup.js';
import { page } from './page.js';
import { table } from './table.js';

test('a table names its rows, and every cell its column, for narrow pages', () => {
  const { text } = table(
    'Speeds',
    ['model', 'texts/s', 'note'],
    [
      ['int8', '300', { content: html`<b>fast</b>`, kind: 'word' }],
      ['a long name of a model', '1', { content: '<slow>', kind: 'text' }],
    ],
  );
  expect(text).toContain('<caption>Speeds</caption>');
  expect(text).toContain('<th scope="row" class="short">int8</th>');
  expect(text).toContain('<th scope="row" class="long">a long name of a model</th>');
  expect(text).toContain('<td class="figure" data-label="texts/s"><span>300</span></td>');
  expect(text).toContain('<td class="word" data-label="note"><span><b>fast</b></span></td>');
  expect(text).toContain('<td class="text" data-label="note"><span>&lt;slow&gt;</span></td>');
  expect(text).toContain('<th scope="col" class="word">note</th>');
});

test('a table may have no rows', () => {
  expect(table('None', ['model'], []).text).toContain('<tbody></tbody>');
});

test('a page lets nothing in from outside, and its title is text', () => {
  const text = page('a <b> & "c"', html`<p>body</p>`);
  expect(text).toContain('<title>a &lt;b&gt; &amp; &quot;c&quot;</title>');
  expect(text).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
  expect(text.startsWith('<!doctype html>')).toBe(true);
  expect(text).toContain('<main>\n<p>body</p>\n</main>');
});
