import { z } from 'zod';
import { OctavecError } from '../../base/index.js';
import type { LabelledText, Task, TaskKind } from '../task.js';
import { allRecords, firstFields } from './records.js';
import { score } from './score.js';

/** Kinds of tasks whose data are a list of items. */
export type ItemKind = Exclude<TaskKind, 'retrieval'>;

const label = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const oneOrMore = <Value>(item: z.ZodType<Value>) => z.union([z.array(item), item.transform((one) => [one])]);
const texts = oneOrMore(z.string());

/** MTEB has other names for the fields of its pairs ("sent1", "labels"), and may have all pairs in one record. */
const pairFields = {
  sentence1: texts.optional(),
  sentence2: texts.optional(),
  sent1: texts.optional(),
  sent2: texts.optional(),
};
const scored = z.object({ ...pairFields, score });
const zeroOrOne = z.union([
  z.literal([0, 1]),
  z.enum(['0', '1']).transform((text): 0 | 1 => (text === '1' ? 1 : 0)),
  z.boolean().transform((yes): 0 | 1 => (yes ? 1 : 0)),
]);
const paired = z.object({
  ...pairFields,
  label: oneOrMore(zeroOrOne).optional(),
  labels: oneOrMore(zeroOrOne).optional(),
});
const oneAtLeast = texts.refine(({ length }) => length > 0, 'it is empty');
const reranked = z.object({ query: oneAtLeast, positive: texts, negative: texts });
/** A text with its label; or a whole set of both, which is clustered for itself. */
const labelled = z.object({
  text: texts.optional(),
  sentences: texts.optional(),
  label: oneOrMore(label).optional(),
  labels: oneOrMore(label).optional(),
});

/** Reads the files of a kind. */
export const itemReaders: Record<
  ItemKind,
  (name: string, test: readonly string[], train: readonly string[]) => Promise<Task>
> = {
  sts: async (name, test) => {
    const pairs = (await allRecords(test, scored)).flatMap((record, i) =>
      sentencesOf(record, test, i).map(([first, second]) => ({ first, second, score: record.score })),
    );
    return { kind: 'sts', name, pairs };
  },
  'pair-classification': async (name, test) => {
    const pairs = (await allRecords(test, paired)).flatMap((record, i) => {
      const labels = record.labels ?? record.label ?? [];
      const sentences = sentencesOf(record, test, i);
      if (labels.length !== sentences.length) {
        throw invalid(test, i, `label: ${labels.length} for ${sentences.length} pairs`);
      }
      return sentences.map(([first, second], pair) => ({ first, second, label: labels[pair] }));
    });
    return { kind: 'pair-classification', name, pairs };
  },
  reranking: async (name, test) => {
    const queries = await allRecords(test, reranked);
    // A query may be said in several ways, of which the first stands for all.
    return { kind: 'reranking', name, queries: queries.map(({ query, ...rest }) => ({ text: query[0], ...rest })) };
  },
  clustering: async (name, test) => {
    const records = await labelledTexts(test);
    const single = records.every((items) => items.length === 1);
    return { kind: 'clustering', name, sets: single ? [records.flat()] : records };
  },
  classification: async (name, test, train) => ({
    kind: 'classification',
    name,
    train: (await labelledTexts(train)).flat(),
    test: (await labelledTexts(test)).flat(),
  }),
};

/**
 * Returns the kind of task that a file's fields are those of; undefined for none.
 *
 * @throws DATA_INVALID for a file without records, and as {@link firstFields}
 */
export async function kindOfFile(path: string, hasTrain: boolean): Promise<ItemKind | undefined> {
  const fields = await firstFields(path);
  if (fields.size === 0) {
    throw new OctavecError('DATA_INVALID', { path, why: 'it holds no records' });
  }
  const pairs = fields.has('sentence1') || fields.has('sent1');
  const labels = fields.has('label') || fields.has('labels');
  if (pairs && (fields.has('score') || labels)) {
    return fields.has('score') ? 'sts' : 'pair-classification';
  }
  if (fields.has('query') && fields.has('positive')) {
    return 'reranking';
  }
  if (!labels) {
    return undefined;
  }
  return fields.has('sentences') || !hasTrain ? 'clustering' : 'classification';
}

async function labelledTexts(paths: readonly string[]): Promise<LabelledText[][]> {
  return (await allRecords(paths, labelled)).map((record, i) => {
    const [texts, labels] = [record.text ?? record.sentences ?? [], record.label ?? record.labels ?? []];
    if (texts.length === 0 || texts.length !== labels.length) {
      throw invalid(paths, i, `the record: ${texts.length} texts and ${labels.length} labels`);
    }
    return texts.map((text, item) => ({ label: labels[item], text }));
  });
}

function sentencesOf(
  record: { readonly [Field in keyof typeof pairFields]?: string[] },
  paths: readonly string[],
  i: number,
): [string, string][] {
  const [first, second] = [record.sentence1 ?? record.sent1 ?? [], record.sentence2 ?? record.sent2 ?? []];
  if (first.length === 0 || first.length !== second.length) {
    throw invalid(paths, i, `the record: ${first.length} first and ${second.length} second sentences`);
  }
  return first.map((text, pair) => [text, second[pair]]);
}

function invalid(paths: readonly string[], record: number, why: string): OctavecError {
  return new OctavecError('DATA_INVALID', { path: paths.join(', '), why: `record ${record + 1}: ${why}` });
}
