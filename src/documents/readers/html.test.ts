import { describe, expect, test } from 'vitest';
import { readHtml } from './html.js';

const blocks = (html: string) => readHtml(html).blocks;
const texts = (html: string) => blocks(html).map(({ text }) => text);
const prose = (text: string) => ({ kind: 'prose', text });

describe('a page', () => {
  test.each([
    ['', []],
    ['just text', ['just text']],
    ['<p>one</p><p>two', ['one', 'two']],
    ['<p>a\n  b&nbsp;&amp;&#x20ac;</p>', ['a b &€']],
    ['<p>in<b>line</b> <i>el</i>ements</p>', ['inline elements']],
    ['<ul><li>a<li>b</ul>', ['a', 'b']],
    ['before<div>in</div>after', ['before', 'in', 'after']],
    ['a<br>b', ['a', 'b']],
    ['<p></p><div> \n </div>', []],
    ['<!-- <p>no</p> --><p>yes</p>', ['yes']],
    ['<p>a < b', ['a < b']],
    ['</div></p>x</table></pre>y', ['xy']],
  ])('%j', (html, expected) => {
    expect(texts(html)).toEqual(expected);
  });

  test('what is not shown is not read', () => {
    const html =
      '<head><title>T</title><style>a{}</style></head><nav><p>menu</p></nav><script>if (a < b) "<p>x</p>"</script>' +
      '<template><p>t</p></template><svg><text>s</text></svg><noscript>n</noscript><p>seen</p>';
    expect(texts(html)).toEqual(['seen']);
  });

  test('headings have their level, and end where they end', () => {
    expect(blocks('<h1>A <em>b</em></h1>text<h3>C</h3><h7>no</h7>')).toEqual([
      { kind: 'heading', text: 'A b', level: 1 },
      prose('text'),
      { kind: 'heading', text: 'C', level: 3 },
      prose('no'),
    ]);
  });

  test('preformatted text keeps its lines and spaces', () => {
    expect(blocks('<pre>\n  a <b>b</b>\n\n    c<br>d\n</pre><p>e  f</p>')).toEqual([
      { kind: 'code', text: '  a b\n\n    c\nd' },
      prose('e f'),
    ]);
  });

  test('rows of tables are blocks, with a line between their cells', () => {
    const html =
      '<table><caption>Cap</caption><tr><th>A<th>B<tr><td><p>one</p><p>two</p></td><td></td><td>c</td></table>after';
    expect(blocks(html)).toEqual([
      { kind: 'table', text: 'Cap' },
      { kind: 'table', text: 'A | B' },
      { kind: 'table', text: 'one two | | c' },
      prose('after'),
    ]);
  });

  test('a table in a table, and text behind both', () => {
    const html = '<table><tr><td>a<table><tr><td>b</td></tr></table>c</td></tr></table><h2>H</h2>d';
    expect(blocks(html)).toEqual([
      { kind: 'table', text: 'a' },
      { kind: 'table', text: 'b' },
      { kind: 'table', text: 'c' },
      { kind: 'heading', text: 'H', level: 2 },
      prose('d'),
    ]);
  });

  test('any depth of nesting is read', () => {
    expect(texts(`${'<div>'.repeat(5000)}deep${'</div>'.repeat(5000)}`)).toEqual(['deep']);
  });
});

describe('metadata of a page', () => {
  test.each([
    ['<html lang="de"><title> A\n B </title>', { lang: 'de', title: 'A B' }],
    ['<title></title>', {}],
    ['<title>first</title><svg><title>second</title></svg>', { title: 'first' }],
    ['<meta name="Description" content="short">', { description: 'short' }],
    ['<meta name="description" content=""><meta name="author" content="x"><html lang="">', {}],
    ['<title>a &lt;b&gt; c</title>', { title: 'a <b> c' }],
  ])('%j', (html, metadata) => {
    expect(readHtml(html).metadata).toEqual(metadata);
  });
});
