import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { afterAll, describe, expect, test } from 'vitest';
import { type ParsedDocument, readDocuments, rootOf, walkFiles } from '#rooms/documents';

const folder = mkdtempSync(join(tmpdir(), 'octavec-documents-'));
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

/** What a file is read as: its documents, and why it was passed over. */
async function read(name: string, content: string | Uint8Array) {
  const path = write(name, content);
  const skipped: string[] = [];
  const documents: ParsedDocument[] = [];
  const ids: string[] = [];
  const onSkipped = ({ reason }: { readonly reason: string }) => skipped.push(reason);
  const options = { maxFileBytes: 1_000_000, field: 'text', onSkipped };
  for await (const source of readDocuments({ id: name, path, bytes: statSync(path).size }, options)) {
    ids.push(source.id);
    await source.parse().then(
      (parsed) => documents.push(parsed),
      (error: Error) => skipped.push(error.message),
    );
  }
  return { ids, documents, skipped };
}

/** A PDF with a line of text on each page. */
function pdfOf(pages: readonly string[]): Buffer {
  const kids = pages.map((_, i) => `${3 + 2 * i} 0 R`).join(' ');
  const objects = [
    '<</Type/Catalog/Pages 2 0 R>>',
    `<</Type/Pages/Kids[${kids}]/Count ${pages.length}>>`,
    ...pages.flatMap((text, i) => {
      const stream = `BT /F1 12 Tf 72 720 Td (${text}) Tj ET`;
      const font = '/Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>';
      return [
        `<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents ${4 + 2 * i} 0 R${font}>>`,
        `<</Length ${stream.length}>>stream\n${stream}\nendstream`,
      ];
    }),
  ];
  let content = '%PDF-1.4\n';
  const offsets = objects.map((object, i) => {
    const offset = content.length;
    content += `${i + 1} 0 obj${object}endobj\n`;
    return offset;
  });
  const rows = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  const size = objects.length + 1;
  content += `xref\n0 ${size}\n0000000000 65535 f \n${rows}trailer<</Size ${size}/Root 1 0 R>>\nstartxref\n${content.length}\n%%EOF`;
  return Buffer.from(content, 'latin1');
}

const paragraph = (style: string, text: string) =>
  `<w:p><w:pPr><w:pStyle w:val="${style}"/></w:pPr><w:r><w:t>${text}</w:t></w:r></w:p>`;

function docxOf(body: string): Uint8Array {
  return zipSync({
    'word/document.xml': strToU8(`<w:document><w:body>${body}</w:body></w:document>`),
    'word/styles.xml': strToU8(
      '<w:styles><w:style w:styleId="berschrift1"><w:name w:val="heading 1"/></w:style></w:styles>',
    ),
    'docProps/core.xml': strToU8('<cp><dc:title>Report</dc:title><dc:creator>Ann</dc:creator></cp>'),
  });
}

describe('a page of HTML', () => {
  test('is read as it is shown', async () => {
    const page = `<html lang="en"><head><title>The
      title</title><style>p { color: red }</style></head><body><nav>Home</nav><h1>One</h1><p>First <b>bold</b>
      line.<p>Second &amp; last.</p><table><tr><th>a<th>b<tr><td>1<td><p>2</p></table><pre>x\n  y</pre><script>alert(1)</script></body>`;
    const { documents } = await read('page.html', page);
    expect(documents).toEqual([
      {
        metadata: { lang: 'en', title: 'The title' },
        blocks: [
          { kind: 'heading', text: 'One', level: 1 },
          { kind: 'prose', text: 'First bold line.' },
          { kind: 'prose', text: 'Second & last.' },
          { kind: 'table', text: 'a | b' },
          { kind: 'table', text: '1 | 2' },
          { kind: 'code', text: 'x\n  y' },
        ],
      },
    ]);
  });

  test('may be nested deeper than any real one is', async () => {
    const { documents } = await read('deep.html', `${'<div>'.repeat(5_000)}deep${'</div>'.repeat(5_000)}`);
    expect(documents[0].blocks).toEqual([{ kind: 'prose', text: 'deep' }]);
    expect(await read('deeper.html', '<div>'.repeat(190_000))).toMatchObject({
      ...{ documents: [], skipped: ['it is nested too deep'] },
    });
  });

  test('is decoded as it says', async () => {
    const page = (charset: string) => `<html><meta charset="${charset}"><p>schön</p>`;
    const blocks = [{ kind: 'prose', text: 'schön' }];
    const latin = await read('latin.html', Buffer.from(page('iso-8859-1'), 'latin1'));
    const mistaken = await read('mistaken.html', page('utf-16'));
    const marked = await read('marked.html', Buffer.from(`\ufeff${page('utf-8')}`, 'utf16le'));
    expect([latin, mistaken, marked].map(({ documents }) => documents[0]?.blocks)).toEqual([blocks, blocks, blocks]);
    expect((await read('strange.html', page('klingon'))).skipped).toEqual(['its encoding "klingon" is not known']);
  });
});

describe('Markdown', () => {
  test('is cut at its outermost blocks, however deep they are', async () => {
    const list = Array.from({ length: 900 }, (_, depth) => `${'  '.repeat(depth)}- ${depth}`).join('\n');
    const quote = `${'> '.repeat(5_000)}quoted`;
    const { documents } = await read('deep.md', `# One\n\n${list}\n\n${quote}\n\nLast *words*.\n`);
    expect(documents[0].blocks.map(({ kind, lines }) => [kind, lines])).toEqual([
      ['heading', [1, 1]],
      ['prose', [3, 902]],
      ['prose', [904, 904]],
      ['prose', [906, 906]],
    ]);
  });

  test('of Windows may be UTF-16', async () => {
    const { documents } = await read('utf16.md', Buffer.from('\ufeff# Größe\r\n\r\nText\r\n', 'utf16le'));
    expect(documents[0].blocks.map(({ text }) => text)).toEqual(['Größe', 'Text']);
  });
});

describe('a Word document', () => {
  test('has headings by their style, in any language, and tables', async () => {
    const table = `<w:tbl><w:tr><w:tc>${paragraph('N', 'a')}</w:tc><w:tc>${paragraph('N', 'b')}</w:tc></w:tr></w:tbl>`;
    const body = paragraph('berschrift1', 'Chapter') + paragraph('N', 'Salt &amp; pepper') + table;
    const { documents } = await read('word.docx', docxOf(body));
    expect(documents).toEqual([
      {
        metadata: { title: 'Report', author: 'Ann' },
        blocks: [
          { kind: 'heading', text: 'Chapter', level: 1 },
          { kind: 'prose', text: 'Salt & pepper' },
          { kind: 'table', text: 'a | b' },
        ],
      },
    ]);
  });

  test('that is nested without an end is passed over', async () => {
    const { skipped } = await read('deep.docx', docxOf('<w:tbl><w:tr><w:tc>'.repeat(50_000)));
    expect(skipped).toEqual(['it is nested too deep']);
  });

  test.each([
    ['cut', docxOf('').subarray(0, 100)],
    ['text', Buffer.from('hello')],
    ['another archive', zipSync({ 'a.txt': strToU8('a') })],
    ['one that unpacks to too much', zipSync({ 'word/document.xml': new Uint8Array(300_000_000) }, { level: 1 })],
  ])('that is %s is passed over', async (name, content) => {
    const { documents, skipped } = await read(`${name}.docx`, content);
    expect(documents).toEqual([]);
    expect(skipped).toHaveLength(1);
  });
});

describe('a PDF', () => {
  test('is read page by page', async () => {
    const { documents } = await read('two.pdf', pdfOf(['Page about cats', 'Page about dogs']));
    expect(documents[0].blocks).toEqual([
      { kind: 'prose', text: 'Page about cats', page: 1 },
      { kind: 'prose', text: 'Page about dogs', page: 2 },
    ]);
  });

  test.each([
    ['empty', Buffer.alloc(0)],
    ['text', Buffer.from('just text')],
    ['cut', pdfOf(['cut']).subarray(0, 150)],
  ])('that is %s harms nobody', async (name, content) => {
    const { documents, skipped } = await read(`${name}.pdf`, content);
    expect(documents.flatMap(({ blocks }) => blocks)).toEqual([]);
    expect(skipped.length).toBeLessThanOrEqual(1);
  });
});

test.each([
  ['zeros.txt', Buffer.from('a\0b'), 'it is not text (it holds zero bytes)'],
  ['latin.txt', Buffer.from('caf\xe9', 'latin1'), 'it is not UTF-8'],
  ['latin.csv', Buffer.from('text\ncaf\xe9\n', 'latin1'), 'line 2 is not UTF-8; convert the file'],
  ['large.md', 'a'.repeat(1_000_001), 'it is larger than 1.00 MB'],
  ['what.xyz', 'a', 'its format is not known'],
  ['no.parquet', 'a', expect.stringContaining('it is not a Parquet file')],
  ['rows.jsonl', '{"text": null}\nno JSON\n', expect.stringContaining('2 rows without a text: line 1')],
])('%s is passed over with its reason', async (name, content, reason) => {
  expect(await read(name, content)).toMatchObject({ documents: [], skipped: [reason] });
});

test('rows are documents with metadata', async () => {
  const { ids, documents } = await read('table.csv', 'id,title,text,year\n7,"A, b",hello,2000\n8,,bye,2001\n');
  expect(ids).toEqual(['table.csv#7', 'table.csv#8']);
  expect(documents[0]).toEqual({
    metadata: { id: 7, title: 'A, b', year: 2000 },
    blocks: [
      { kind: 'heading', text: 'A, b', level: 1 },
      { kind: 'prose', text: 'hello' },
    ],
  });
});

test('folders are walked without circles, in the order of names', async () => {
  for (const name of ['walk/b.md', 'walk/a/c.md', 'walk/.git/x.md', 'walk/node_modules/y.md']) {
    write(name, 'x');
  }
  symlinkSync(join(folder, 'walk'), join(folder, 'walk/loop'));
  symlinkSync('/nowhere', join(folder, 'walk/dangling'));
  const found: string[] = [];
  const skipped: string[] = [];
  for await (const { id } of walkFiles(rootOf(join(folder, 'walk')), ({ id }) => skipped.push(id))) {
    found.push(id);
  }
  expect(found).toEqual(['walk/a/c.md', 'walk/b.md']);
  expect(skipped).toEqual(['walk/dangling', 'walk/loop']);
});
