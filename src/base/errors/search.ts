import { entry } from './error-entry.js';

/** What goes wrong with an index of documents: a part of the table of errors. */
export const searchErrors = {
  INDEX_NOT_FOUND: entry<{ path: string }>(
    1,
    404,
    (d) => `There is no index in ${d.path}. Make one with "octavec index <files or folders…> --out <index>".`,
  ),
  INDEX_DAMAGED: entry<{ path: string; why: string }>(
    1,
    500,
    (d) => `The index is damaged at ${d.path}: ${d.why}. "octavec search repair" rebuilds it from what is whole.`,
  ),
  INDEX_OTHER_MODEL: entry<{ path: string; made: string; given: string; why: string }>(
    2,
    409,
    (d) =>
      `The index ${d.path} was made with ${d.made}, and vectors of ${d.given} do not compare with it: ${d.why}. Ask with ${d.made}, or re-embed the index with "octavec search migrate".`,
  ),
  INDEX_OTHER_SETTINGS: entry<{ path: string; why: string }>(
    2,
    409,
    (d) => `The index ${d.path} was made in another way: ${d.why}. Leave the option out, or make another index.`,
  ),
  DOCUMENT_NOT_FOUND: entry<{ path: string; id: string }>(
    1,
    404,
    (d) => `The index ${d.path} holds no document or passage "${d.id}". Take an id that a search has given.`,
  ),
  FILTER_INVALID: entry<{ filter: string; why: string; place: number }>(
    2,
    422,
    (d) =>
      `The filter ${d.filter} cannot be read at character ${d.place}: ${d.why}. A filter looks like lang = "en" and year >= 2020.`,
  ),
} as const;
