import type { Corpus, CorpusDocument } from '../../src/tasks/task.js';

/** Makes a corpus of documents that are in memory. */
export function corpusOf(documents: readonly CorpusDocument[]): Corpus {
  return { count: documents.length, read: () => documents };
}
