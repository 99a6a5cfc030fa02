import { strToU8, zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { readDocx } from './docx.js';

const styles = `<w:styles><w:style w:styleId="berschrift1"><w:name w:val="heading 1"/></w:style>
  <w:style w:styleId="Titel"><w:name w:val="Title"/></w:style>
  <w:style w:styleId="H3"><w:name w:val="Heading 3"/></w:style>
  <w:style w:styleId="Normal"><w:name w:val="heading text"/></w:style></w:styles>`;
const run = (text: string) => `<w:r><w:t xml:space="preserve">${text}</w:t></w:r>`;
const paragraph = (inner: string, style?: string) =>
  `<w:p>${style === undefined ? '' : `<w:pPr><w:pStyle w:val="${style}"/></w:pPr>`}${inner}</w:p>`;

function docx(body: string, more: Readonly<Record<string, string>> = {}): Buffer {
  const parts = { 'word/document.xml': `<w:document><w:body>${body}</w:body></w:document>`, ...more };
  return Buffer.from(zipSync(Object.fromEntries(Object.entries(parts).map(([name, xml]) => [name, strToU8(xml)]))));
}

describe('a Word document', () => {
  test('has paragraphs, headings by the names of their styles, and what it says of itself', () => {
    const body = [
      paragraph(run('Guide'), 'Titel'),
      paragraph(run('Inst') + run('all &amp; run'), 'berschrift1'),
      paragraph(run('One ') + run('two.'), 'Normal'),
      paragraph(''),
      paragraph(run('Deep'), 'H3'),
      paragraph(run(' '), 'H3'),
      paragraph(run('after')),
    ].join('');
    const core =
      '<cp:coreProperties><dc:title>T &amp; U</dc:title><dc:creator>Me</dc:creator><dc:language> </dc:language>' +
      '<dc:subject>no</dc:subject></cp:coreProperties>';
    expect(readDocx(docx(body, { 'word/styles.xml': styles, 'docProps/core.xml': core }))).toEqual({
      blocks: [
        { kind: 'heading', text: 'Guide', level: 1 },
        { kind: 'heading', text: 'Install & run', level: 1 },
        { kind: 'prose', text: 'One two.' },
        { kind: 'heading', text: 'Deep', level: 3 },
        { kind: 'prose', text: 'after' },
      ],
      metadata: { title: 'T & U', author: 'Me' },
    });
  });

  test('without styles and properties has text alone', () => {
    expect(readDocx(docx(paragraph(run('Guide'), 'berschrift1')))).toEqual({
      ...{ blocks: [{ kind: 'prose', text: 'Guide' }], metadata: {} },
    });
  });

  test('keeps tabs and line breaks, and no text that was deleted or is code of a field', () => {
    const deleted =
      '<w:del><w:r><w:delText>gone</w:delText></w:r></w:del><w:r><w:instrText>HYPERLINK</w:instrText></w:r>';
    const inner = `${run('a')}<w:r><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t></w:r>${deleted}`;
    expect(readDocx(docx(paragraph(inner))).blocks).toEqual([{ kind: 'prose', text: 'a\tb\nc' }]);
  });

  test('rows of tables are blocks, whatever their style', () => {
    const cell = (...paragraphs: string[]) => `<w:tc>${paragraphs.join('')}</w:tc>`;
    const table = `<w:tbl><w:tr>${cell(paragraph(run('a'), 'H3'))}${cell(paragraph(run('b')), paragraph(run('c')))}</w:tr>
      <w:tr>${cell(paragraph(''))}${cell(paragraph(run('d')))}</w:tr></w:tbl>`;
    const found = readDocx(docx(table + paragraph(run('after')), { 'word/styles.xml': styles })).blocks;
    expect(found).toEqual([
      { kind: 'table', text: 'a | b c' },
      { kind: 'table', text: 'd' },
      { kind: 'prose', text: 'after' },
    ]);
  });

  test.each([
    ['no archive', Buffer.from('not a zip file at all')],
    ['nothing', Buffer.alloc(0)],
    ['an archive of something else', Buffer.from(zipSync({ 'a.txt': strToU8('x') }))],
    ['half of one', docx(paragraph(run('x'))).subarray(0, 40)],
  ])('%s is refused', (_, content) => {
    expect(() => readDocx(content)).toThrow();
  });
});
