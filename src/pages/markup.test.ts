import { describe, expect, test } from 'vitest';
import { html, Markup } from './markup.js';
import { page } from './page.js';
import { table } from './table.js';

describe('a template', () => {
  test.each([
    ['<b onclick="x">&\'</b>', '&lt;b onclick=&quot;x&quot;&gt;&amp;&#39;&lt;/b&gt;'],
    ['&amp;', '&amp;amp;'],
    ['😀 é', '😀 é'],
    [0, '0'],
    [Number.NaN, 'NaN'],
    ['', ''],
    [undefined, ''],
    [[], ''],
    [['<', ['>', undefined, [1]]], '&lt;&gt;1'],
  ])('puts in %j as %s', (part, text) => {
    expect(html`<p>${part as string}</p>`.text).toBe(`<p>${text}</p>`);
  });

  test('puts in markup as it is, and what is in it only once', () => {
    const inner = html`<i>${'<'}</i>`;
    expect(inner).toBeInstanceOf(Markup);
    expect(html`${inner}${[inner, '<']}`.text).toBe('<i>&lt;</i><i>&lt;</i>&lt;');
  });

  test('does not take an object that looks like markup for markup', () => {
    const fake = { text: '<script>' } as unknown as string;
    expect(() => html`${fake}`).toThrow();
  });
});

test('a page has its title in words, and forbids everything from outside', () => {
  const text = page('</title><script>', html`<h1>x</h1>`);
  expect(text).toContain('<title>&lt;/title&gt;&lt;script&gt;</title>');
  expect(text).toContain("default-src 'none'");
  expect(text.match(/<script/g)).toBeNull();
  expect(text.trimEnd().endsWith('</html>')).toBe(true);
});

describe('a table', () => {
  const text = table(
    'Figures <1>',
    ['name', 'size', 'why'],
    [
      ['short', '12 MB', { content: 'a <long> reason', kind: 'text' }],
      ['a name of more than twelve', '9', { content: html`<i>ok</i>`, kind: 'word' }],
    ],
  ).text;

  test('names its rows and labels its cells', () => {
    expect(text).toContain('<caption>Figures &lt;1&gt;</caption>');
    expect(text).toContain('<th scope="row" class="short">short</th>');
    expect(text).toContain('<th scope="row" class="long">a name of more than twelve</th>');
    expect(text).toContain('<td class="figure" data-label="size"><span>12 MB</span></td>');
    expect(text).toContain('<td class="text" data-label="why"><span>a &lt;long&gt; reason</span></td>');
    expect(text).toContain('<td class="word" data-label="why"><span><i>ok</i></span></td>');
  });

  test('has headings of the kind of the first row', () => {
    expect(text.match(/<th scope="col" class="(\w+)">/g)).toEqual([
      '<th scope="col" class="figure">',
      '<th scope="col" class="figure">',
      '<th scope="col" class="text">',
    ]);
  });

  test('may have no rows', () => {
    expect(table('c', ['a'], []).text).toContain('<tbody></tbody>');
  });
});
