/**
 * Returns what judgements call a document: its id; of a row its own id, without the file's name; of a file its path
 * from the folder that was indexed. A document that nobody judged keeps its id.
 */
export function judgedId(document: string, isJudged: (id: string) => boolean): string {
  const row = document.slice(document.lastIndexOf('#') + 1);
  const file = document.slice(document.indexOf('/') + 1);
  return [document, row, file].find(isJudged) ?? document;
}

/** Ranks documents by their best passage, each once. */
export function rankedDocuments(documents: readonly string[], isJudged: (id: string) => boolean): string[] {
  return [...new Set(documents.map((document) => judgedId(document, isJudged)))];
}
