import { extname } from 'node:path';
import type { ParsedDocument } from './document.js';
import { decodeHtml, decodeText } from './readers/decode-text.js';

/** Reads a file's content. */
export type DocumentReader = (content: Buffer) => ParsedDocument | Promise<ParsedDocument>;

/** What a file is read as: one document, or a document for each of its rows. */
export type DocumentFormat = 'markdown' | 'text' | 'html' | 'pdf' | 'docx' | 'code' | 'rows';

const extensions: Readonly<Record<Exclude<DocumentFormat, 'code'>, readonly string[]>> = {
  markdown: ['md', 'markdown', 'mdx'],
  text: ['txt', 'text', 'rst', 'adoc', 'org', 'log'],
  html: ['html', 'htm', 'xhtml'],
  pdf: ['pdf'],
  docx: ['docx'],
  rows: ['csv', 'tsv', 'jsonl', 'ndjson', 'parquet'],
};

const code =
  'c cc cpp cs css cu cxx dart ex exs go graphql groovy h hpp hs java js jsx json kt kts lua m mjs cjs ml mts cts php pl proto ps1 py r rb rs scala scss sh bash zsh sql svelte swift tf toml ts tsx vue xml yaml yml zig';

const formats: ReadonlyMap<string, DocumentFormat> = new Map([
  ...Object.entries(extensions).flatMap(([format, names]) =>
    names.map((name): [string, DocumentFormat] => [name, format as DocumentFormat]),
  ),
  ...code.split(' ').map((name): [string, DocumentFormat] => [name, 'code']),
]);

/** Returns the format that a file's name implies, or undefined for one that is not read. */
export function documentFormat(path: string): DocumentFormat | undefined {
  return formats.get(extname(path).slice(1).toLowerCase());
}

const readers: Readonly<Record<Exclude<DocumentFormat, 'rows'>, () => Promise<DocumentReader>>> = {
  markdown: async () => {
    const { readMarkdown } = await import('./readers/markdown.js');
    return (content) => readMarkdown(decodeText(content));
  },
  text: async () => {
    const { readPlainText } = await import('./readers/plain-text.js');
    return (content) => readPlainText(decodeText(content));
  },
  code: async () => {
    const { readCode } = await import('./readers/plain-text.js');
    return (content) => readCode(decodeText(content));
  },
  html: async () => {
    const { readHtml } = await import('./readers/html.js');
    return (content) => readHtml(decodeHtml(content));
  },
  pdf: async () => (await import('./readers/pdf.js')).readPdf,
  docx: async () => (await import('./readers/docx.js')).readDocx,
};

/** Loads the reader of a format when its first file comes: some take long. */
export function readerOf(format: Exclude<DocumentFormat, 'rows'>): Promise<DocumentReader> {
  return readers[format]();
}
