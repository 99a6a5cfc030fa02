import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readMarkdown } from './markdown.js';

const blocks = (source: string) => readMarkdown(source).blocks;

describe('Markdown', () => {
  test.each([
    [
      '# One\ntext',
      [
        { kind: 'heading', text: 'One', level: 1, lines: [1, 1] },
        { kind: 'prose', text: 'text', lines: [2, 2] },
      ],
    ],
    [
      'Title\n=====\n\nSub\n---',
      [
        { kind: 'heading', text: 'Title', level: 1, lines: [1, 2] },
        { kind: 'heading', text: 'Sub', level: 2, lines: [4, 5] },
      ],
    ],
    [
      '## A [link](http://x/y), **bold** `code` ##',
      [{ kind: 'heading', text: 'A link, bold code', level: 2, lines: [1, 1] }],
    ],
    ['\n\n- a\n- b\n\n  c', [{ kind: 'prose', text: '- a\n- b\n\n  c', lines: [3, 6] }]],
    [
      '```js\n# no\n\n```\nend',
      [
        { kind: 'code', text: '```js\n# no\n\n```', lines: [1, 4] },
        { kind: 'prose', text: 'end', lines: [5, 5] },
      ],
    ],
    ['> quoted\n> more', [{ kind: 'prose', text: '> quoted\n> more', lines: [1, 2] }]],
    [
      'a\n\n---\n\n[x]: http://y\n\n<!-- note\n-->\n\nb',
      [
        { kind: 'prose', text: 'a', lines: [1, 1] },
        { kind: 'prose', text: 'b', lines: [10, 10] },
      ],
    ],
    [
      '| a |\n|---|\n| 1 |\n\n<b>x</b>',
      [
        { kind: 'table', text: '| a |\n|---|\n| 1 |', lines: [1, 3] },
        { kind: 'prose', text: '<b>x</b>', lines: [5, 5] },
      ],
    ],
    ['', []],
    [' \n\n\t\n', []],
  ])('%j', (source, expected) => {
    expect(blocks(source)).toEqual(expected);
  });

  test('line breaks of every system count as one', () => {
    const source = '# A\n\ntext\nmore\n\n- b\n';
    expect(blocks(source.replaceAll('\n', '\r\n'))).toEqual(blocks(source));
    expect(blocks(source.replaceAll('\n', '\r'))).toEqual(blocks(source));
  });

  test('front matter counts as lines', () => {
    expect(readMarkdown('---\na: 1\n---\n\ntext')).toEqual({
      blocks: [{ kind: 'prose', text: 'text', lines: [5, 5] }],
      metadata: { a: 1 },
    });
  });

  test('a block stands in the lines that it names', () => {
    const parts = [
      '# Head',
      'para\ngraph',
      '- a\n- b',
      '1. x\n\n   y',
      '```\ncode\n\n```',
      '    indented',
      '> q',
      '| a |\n|---|\n| 1 |',
    ];
    const others = ['---', '[x]: http://y', '<!-- c -->', 'Set\n===', '  spaced', '\ttab', ''];
    const part = fc.constantFrom(...parts, ...others);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(part, fc.constantFrom('\n', '\n\n', '\n \n', '\n\n\n')), { maxLength: 12 }),
        (all) => {
          const source = all.flat().join('');
          const lines = source.split('\n');
          let before = 0;
          for (const { kind, text, lines: place } of blocks(source)) {
            const [first, last] = place!;
            const shown = lines.slice(first - 1, last).join('\n');
            expect(first).toBeGreaterThan(before);
            if (kind === 'heading') {
              expect(shown).toContain(text);
            } else {
              expect(shown.trim()).toBe(text);
            }
            before = last;
          }
        },
      ),
      { seed: 7, numRuns: 200 },
    );
  });
});
