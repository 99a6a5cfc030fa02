import { expect, test } from 'vitest';
import { formatUpdate } from './update-text.js';

const none = { added: 0, updated: 0, unchanged: 0, removed: 0, skipped: [] };
const facts = { documents: 1, chunks: 5183, bytes: 2048 };

test('an update is counted, and what the index holds now', () => {
  expect(formatUpdate({ ...none, added: 12, unchanged: 3 }, 'docs.index', facts)).toBe(
    '12 added, 0 updated, 3 unchanged, 0 removed\ndocs.index: 1 document, 5,183 chunks, 2.05 kB\n',
  );
  expect(formatUpdate(none, 'i', { documents: 0, chunks: 1 })).toContain('i: 0 documents, 1 chunk, 0 B\n');
});

test('reasons stand by how often they occurred, each with the first example', () => {
  const skipped = [
    { id: 'x', path: 'a.xyz', reason: 'its format is not known' },
    { id: 'x', path: 'big.txt', reason: 'it is too large' },
    { id: 'x', path: 'b.xyz', reason: 'its format is not known' },
    { id: 'x', path: 'c.xyz', reason: 'its format is not known' },
  ];
  expect(formatUpdate({ ...none, skipped }, 'i', facts)).toContain(
    [
      '0 removed; 4 files passed over:',
      '  3 × its format is not known: a.xyz and 2 more',
      '  1 × it is too large: big.txt',
      'i: 1 document',
    ].join('\n'),
  );
  expect(formatUpdate({ ...none, skipped: skipped.slice(1, 2) }, 'i', facts)).toContain(
    '; 1 file passed over:\n  1 × ',
  );
});

test('of reasons that occurred as often the first stays first', () => {
  const skipped = [
    { id: 'x', path: 'x', reason: 'b' },
    { id: 'x', path: 'y', reason: 'a' },
  ];
  expect(formatUpdate({ ...none, skipped }, 'i', facts)).toMatch(/1 × b: x\n {2}1 × a: y/);
});

test('names from outside cannot draw on the terminal', () => {
  const skipped = [{ id: 'x', path: 'a\u001b[2J\n.txt', reason: 'odd\u0007' }];
  const text = formatUpdate({ ...none, skipped }, 'i', facts);
  expect(text).toContain('  1 × odd\\u0007: a\\u001b[2J .txt\n');
});
