import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { corpusOf } from '../../test/support/corpus.js';
import { drawExamples } from './draw-examples.js';
import { evaluateTask } from './evaluate-task.js';
import type { EmbedTexts } from './task.js';

/** Figures of mteb's own evaluators, on given vectors: test/golden/make-mteb.py. */
interface Golden {
  readonly retrieval: readonly (Case & {
    readonly queries: readonly number[];
    readonly documents: readonly number[];
    readonly qrels: Readonly<Record<string, Readonly<Record<string, number>>>>;
  })[];
  readonly pairs: readonly (Case & Sides & { readonly labels: readonly (0 | 1)[] })[];
  readonly sts: readonly (Case & Sides & { readonly gold: readonly number[] })[];
  readonly classification: readonly (Case & {
    readonly train: readonly number[];
    readonly trainLabels: readonly number[];
    readonly test: readonly number[];
    readonly testLabels: readonly number[];
    readonly drawn: readonly (readonly number[])[];
  })[];
}
interface Case {
  readonly name: string;
  readonly expected: Readonly<Record<string, number>>;
}
interface Sides {
  readonly first: readonly number[];
  readonly second: readonly number[];
}

const golden: Golden = JSON.parse(readFileSync(new URL('../../test/golden/mteb.golden.json', import.meta.url), 'utf8'));
const width = 8;

/** Texts that name a row ("queries 3"), and the vectors that belong to them. */
function namedRows(vectors: Readonly<Record<string, readonly number[]>>): EmbedTexts {
  return async (texts) => {
    const rows = texts.map((text) => {
      const [name, row] = text.split(' ');
      return vectors[name].slice(width * Number(row), width * (Number(row) + 1));
    });
    return { data: Float32Array.from(rows.flat()), rows: rows.length, columns: width };
  };
}

const rowsOf = (name: string, values: readonly number[]) =>
  Array.from({ length: values.length / width }, (_, i) => `${name} ${i}`);

function expectFigures(found: Readonly<Record<string, number>>, expected: Readonly<Record<string, number>>): void {
  for (const [metric, figure] of Object.entries(expected)) {
    expect([metric, found[metric]]).toEqual([metric, expect.closeTo(figure, 6)]);
  }
}

describe('figures are those of mteb', () => {
  test.each(golden.retrieval)('retrieval: $name', async ({ queries, documents, qrels, expected }) => {
    const task = {
      kind: 'retrieval',
      name: 'toy',
      corpus: corpusOf(rowsOf('documents', documents).map((text, i) => ({ id: `d${i}`, text }))),
      queries: rowsOf('queries', queries).map((text, i) => ({ id: `q${i}`, text })),
      judgements: new Map(Object.entries(qrels).map(([query, grades]) => [query, new Map(Object.entries(grades))])),
    } as const;
    expectFigures((await evaluateTask(task, namedRows({ queries, documents }))).metrics, expected);
  });

  test.each(golden.pairs)('pair classification: $name', async ({ first, second, labels, expected }) => {
    const pairs = labels.map((label, i) => ({ first: `first ${i}`, second: `second ${i}`, label }));
    const task = { kind: 'pair-classification', name: 'toy', pairs } as const;
    expectFigures((await evaluateTask(task, namedRows({ first, second }))).metrics, expected);
  });

  test.each(golden.sts)('STS: $name', async ({ first, second, gold, expected }) => {
    const pairs = gold.map((score, i) => ({ first: `first ${i}`, second: `second ${i}`, score }));
    expectFigures(
      (await evaluateTask({ kind: 'sts', name: 'toy', pairs }, namedRows({ first, second }))).metrics,
      expected,
    );
  });

  test.each(golden.classification)(
    'classification: $name',
    async ({ train, trainLabels, test, testLabels, drawn, expected }) => {
      expect(drawExamples(trainLabels, 10, 8)).toEqual(drawn);
      const labelled = (name: string, values: readonly number[], labels: readonly number[]) =>
        rowsOf(name, values).map((text, i) => ({ text, label: String(labels[i]) }));
      const task = {
        kind: 'classification',
        name: 'toy',
        train: labelled('train', train, trainLabels),
        test: labelled('test', test, testLabels),
      } as const;
      expectFigures((await evaluateTask(task, namedRows({ train, test }))).metrics, expected);
    },
  );
});
