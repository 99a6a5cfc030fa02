/** What a file of a data set holds. */
type FileRole = 'corpus' | 'queries' | 'qrels' | 'top-ranked' | 'split';

/** A file of a data set, as far as its path speaks of it. */
interface DataFile {
  readonly path: string;
  readonly role: FileRole;
  /** "test", "train", …; whatever names the file where nothing else does. */
  readonly split: string;
  /** Part of the data set, such as a language; empty for all of it. */
  readonly subset: string;
}

/** The files of one task, shard by shard. */
export interface TaskFiles {
  readonly corpus: readonly string[];
  readonly queries: readonly string[];
  readonly qrels: readonly string[];
  readonly topRanked: readonly string[];
  readonly train: readonly string[];
  readonly test: readonly string[];
}

/** Endings of files that records are read from. */
export const recordEnding = /\.(?:jsonl|jsonl\.gz|json|json\.gz|csv|csv\.gz|tsv|tsv\.gz|parquet)$/;

const roles: readonly (readonly [RegExp, FileRole])[] = [
  [/^corpus$/, 'corpus'],
  [/^quer(?:y|ies)$/, 'queries'],
  [/^qrels$/, 'qrels'],
  [/^top_ranked$/, 'top-ranked'],
];
/** Which split is evaluated on, and what else it is called; MTEB's is "test" nearly everywhere. */
const evaluationSplits = ['test', 'validation', 'valid', 'val', 'dev'];
const knownSplits = new Set([...evaluationSplits, 'train']);

/**
 * Sorts the files of a data set by what they hold, as their paths say: BEIR's layout ("corpus.jsonl",
 * "qrels/test.tsv"), that of the hub ("en-corpus/test-00000-of-00001.parquet", "data/train.jsonl.gz") and that of its
 * conversion to Parquet ("default/test/0000.parquet").
 *
 * @param subset the part that is wanted, where there are several
 * @returns the files of the task, or the names of the parts where one must be named first
 */
export function taskFiles(
  paths: readonly string[],
  subset?: string,
): TaskFiles | { readonly subsets: readonly string[] } {
  const files = paths
    .filter((path) => recordEnding.test(path))
    .map(describe)
    .filter((file) => file !== undefined);
  const subsets = [...new Set(files.map((file) => file.subset))];
  // Where all is in one part, its name need not be given.
  const wanted = subset ?? (subsets.length === 1 ? subsets[0] : '');
  if (files.length > 0 && !subsets.includes(wanted)) {
    return { subsets };
  }
  const chosen = files.filter((file) => file.subset === wanted);
  const of = (role: FileRole) => chosen.filter((file) => file.role === role);
  const splits = of('split');
  const [corpus, queries] = [evaluated(of('corpus')), evaluated(of('queries'))];
  // Beside a corpus, a split without a name of its own holds judgements.
  const [judged, items] =
    corpus.length > 0 ? [of('qrels').length > 0 ? of('qrels') : splits, []] : [of('qrels'), splits];
  return {
    corpus,
    queries,
    qrels: evaluated(judged),
    topRanked: evaluated(of('top-ranked')),
    train: items.filter(({ split }) => split === 'train').map(({ path }) => path),
    test: evaluated(items.filter(({ split }) => split !== 'train')),
  };
}

/** Chooses the files of the split that is evaluated on, or of the only one. */
function evaluated(files: readonly DataFile[]): string[] {
  const splits = new Set(files.map(({ split }) => split));
  const split = evaluationSplits.find((name) => splits.has(name)) ?? [...splits][0];
  return files.filter((file) => file.split === split).map(({ path }) => path);
}

/** Describes a file by its name; undefined for a name that fits no known pattern. */
function describe(path: string): DataFile | undefined {
  const parts = path.replace(recordEnding, '').split('/');
  // A numbered file is a shard of the folder that it is in; "data" and "default" say nothing.
  const leaf = (/^\d+$/.test(parts.at(-1) ?? '') ? parts.slice(0, -1) : parts).map((part) =>
    part.replace(/-\d{5}-of-\d{5}.*$/, ''),
  );
  const split = leaf.at(-1) ?? '';
  const folders = leaf.slice(0, -1).filter((part) => part !== 'data' && part !== 'default');
  const words = [...folders, split].flatMap((part) => part.split(/[-.]/));
  const role = roles.find(([pattern]) => words.some((word) => pattern.test(word)))?.[1];
  const isNamed = (word: string) => roles.some(([pattern]) => pattern.test(word)) || knownSplits.has(word);
  if (role === undefined && !knownSplits.has(split)) {
    return undefined;
  }
  const subset = folders
    .flatMap((part) => part.split('-'))
    .filter((word) => !isNamed(word))
    .join('-');
  return { path, role: role ?? 'split', split, subset };
}
