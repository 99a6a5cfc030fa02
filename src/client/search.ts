/** A question to an index that the server offers. */
export interface SearchRequest {
  /** Name of an index; the server's first by default. */
  readonly index?: string;
  /** So many results at most; 10 by default. */
  readonly top?: number;
  /** By meaning (`vector`), by words (`text`), or both (`hybrid`, the default). */
  readonly mode?: 'hybrid' | 'vector' | 'text';
  /** Which documents are searched: `lang = "en" and year >= 2020`. */
  readonly filter?: string;
  /** From 0 to 1: how much results are to differ. */
  readonly diversity?: number;
  /** Cancels the request. */
  readonly signal?: AbortSignal;
}

/** A value of a document's metadata. */
export type FieldValue = string | number | boolean | readonly string[];

/** A piece of a document. */
export interface Passage {
  /** "docs/start.md#3": document and place in it. */
  readonly id: string;
  /** Text of the passage. */
  readonly text: string;
  /** Headings above it, the outermost first. */
  readonly headings?: readonly string[];
  /** First and last line in the file, from 1 on. */
  readonly lines?: readonly [number, number];
  /** First page, from 1 on. */
  readonly page?: number;
}

/** A passage that answers a question. */
export interface FoundPassage extends Passage {
  /** Id of its document. */
  readonly document: string;
  /** The higher, the better; comparable within one search only. */
  readonly score: number;
  /** Metadata of its document. */
  readonly metadata: Readonly<Record<string, FieldValue>>;
}

/** A document to add. */
export interface NewDocument {
  /** Id of the document, which replaces one with the same id. */
  readonly id: string;
  /** Text of the document. */
  readonly text: string;
  /** Metadata, which filters read. */
  readonly metadata?: Readonly<Record<string, FieldValue>>;
}

/** A document as the index holds it. */
export interface HeldDocument {
  /** Id of the document. */
  readonly id: string;
  /** Metadata of the document. */
  readonly metadata: Readonly<Record<string, FieldValue>>;
  /** Its passages, in their order. */
  readonly passages: readonly Passage[];
}

/** What became of documents. */
export interface AddedDocuments {
  /** Documents that are new. */
  readonly added: number;
  /** Documents that replaced one with the same id. */
  readonly updated: number;
  /** Documents whose content was there already. */
  readonly unchanged: number;
  /** Documents that could not be used, and why. */
  readonly skipped: readonly { readonly id: string; readonly reason: string }[];
}

/** Which index, and for how long. */
export interface IndexRequest {
  /** Name of an index; the server's first by default. */
  readonly index?: string;
  /** Cancels the request. */
  readonly signal?: AbortSignal;
}

/** Returns the path of a document, whatever its id is. */
export function documentPath(id: string, query: Readonly<Record<string, string | undefined>>): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) {
      given.set(name, value);
    }
  }
  const search = given.toString();
  return `/documents/${encodeURIComponent(id)}${search === '' ? '' : `?${search}`}`;
}
