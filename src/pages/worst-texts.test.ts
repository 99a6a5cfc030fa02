import { expect, test } from 'vitest';
import { soundEvidence } from '../../test/support/evidence.js';
import { worstTexts } from './worst-texts.js';

const evidence = (worst: ReturnType<typeof soundEvidence>['fidelity']['worst']) => soundEvidence({ worst });
const before = [{ index: 3, text: 'near', similarity: 0.8 }];

/** What the rows show. */
function rowsOf(text: string): string[][] {
  return (text.match(/<tr>.*?<\/tr>/gs) ?? [])
    .slice(1)
    .map((row) => (row.match(/<t[hd][^>]*>.*?<\/t[hd]>/gs) ?? []).map((cell) => cell.replaceAll(/<[^>]+>/g, '')));
}

test('a text has its nearest before and after, and says where they are the same', () => {
  const page = worstTexts(
    'int8',
    evidence([
      {
        index: 7,
        text: 'changed',
        cosine: 0.9,
        neighboursBefore: before,
        neighboursAfter: [{ index: 4, similarity: 0.79 }],
      },
      {
        index: 8,
        text: 'kept',
        cosine: 0.95,
        neighboursBefore: before,
        neighboursAfter: [{ index: 3, text: 'near', similarity: 0.7 }],
      },
      { index: 9, cosine: Number.NaN, neighboursBefore: [], neighboursAfter: [] },
    ]),
    true,
  );
  expect(rowsOf(page.text)).toEqual([
    ['0.9000', 'changed', '0.800 near', '0.790 text 4'],
    ['0.9500', 'kept', '0.800 near', 'the same, 0.700'],
    ['NaN', 'text 9', '–', '–'],
  ]);
});

test('two texts without any neighbour are not said to keep it', () => {
  const page = worstTexts('int8', evidence([{ index: 1, cosine: 1, neighboursBefore: [], neighboursAfter: [] }]), true);
  expect(page.text).not.toContain('the same');
});

test('texts behind a line that opens them are counted there', () => {
  const one = evidence([{ index: 1, text: '<script>', cosine: 0.5, neighboursBefore: [], neighboursAfter: [] }]);
  const { text } = worstTexts('int8', one, false);
  expect(text).toMatch(/^<details><summary>int8: 1 text, lowest cosine 0\.9669<\/summary>/);
  expect(text).toContain('&lt;script&gt;');
  expect(text).not.toContain('<script>');
});
