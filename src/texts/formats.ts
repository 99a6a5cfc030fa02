import { OctavecError, ownValue } from '../base/index.js';

/**
 * What texts are read from. `txt`: a text a line. `jsonl`: a JSON string or object a line. `json`: one array of strings or
 * objects. `csv`, `tsv`: a line of headings, then records, with commas and quotation marks, or with tabs and without.
 * `parquet`: a text a row.
 */
export const textFormats = ['txt', 'jsonl', 'json', 'csv', 'tsv', 'parquet'] as const;
/** Formats that texts are read from. */
export type TextFormat = (typeof textFormats)[number];

const aliases: Readonly<Record<string, TextFormat>> = { ndjson: 'jsonl', text: 'txt', tab: 'tsv' };

/** Formats that hold text, but not as a list of texts. */
const foreign: Readonly<Record<string, string>> = {
  ...named('Markdown', 'md', 'markdown', 'mdx'),
  ...named('reStructuredText', 'rst'),
  ...named('HTML', 'html', 'htm', 'xhtml'),
  ...named('XML', 'xml', 'svg', 'rss'),
  ...named('YAML', 'yaml', 'yml'),
  ...named('TOML', 'toml'),
  ...named('LaTeX', 'tex'),
  ...named('PDF', 'pdf'),
  ...named('a Word document', 'docx', 'doc', 'odt', 'rtf'),
  ...named('a book', 'epub', 'mobi'),
  ...named('a spreadsheet', 'xlsx', 'xls', 'ods'),
  ...named('a presentation', 'pptx', 'ppt', 'odp'),
  ...named('an archive', 'zip', 'tar', 'tgz', '7z', 'rar'),
  ...named('compressed in another way than gzip', 'bz2', 'xz', 'zst', 'lz4'),
  ...named('a table in Arrow, Avro or ORC', 'arrow', 'feather', 'ipc', 'avro', 'orc'),
  ...named('a NumPy or Python file', 'npy', 'npz', 'pkl', 'pickle'),
  ...named('a database', 'sqlite', 'sqlite3', 'db'),
  ...named('a model file', 'onnx', 'safetensors'),
};

function named(what: string, ...endings: readonly string[]): Record<string, string> {
  return Object.fromEntries(endings.map((ending) => [ending, what]));
}

/**
 * Returns the format that a file's name implies, or undefined if it implies none.
 *
 * @throws TEXTS_INVALID for a format that holds no list of texts
 */
export function formatOfName(path: string): TextFormat | undefined {
  const ending = /\.([a-z\d]+)(\.gz)?$/i.exec(path)?.[1].toLowerCase() ?? '';
  const other = ownValue(foreign, ending);
  if (other !== undefined) {
    const hint = 'divide it into texts first, a text a line in a .txt or .jsonl file';
    const why = `it is ${other}, which does not say where a text ends; ${hint} (format txt takes its lines as they are)`;
    throw new OctavecError('TEXTS_INVALID', { path, why });
  }
  return ownValue(aliases, ending) ?? textFormats.find((format) => format === ending);
}

/** Says whether a path ends like that of a compressed file. */
export function isCompressed(path: string): boolean {
  return /\.gz$/i.test(path);
}

/** Returns the format that a first line implies, where the name does not. */
export function formatOfLine(line: string): TextFormat {
  if (/^\s*\[\s*(?:["{]|$)/.test(line)) {
    return 'json';
  }
  return isJsonObject(line) ? 'jsonl' : 'txt';
}

function isJsonObject(line: string): boolean {
  try {
    return line.trimStart().startsWith('{') && typeof JSON.parse(line) === 'object';
  } catch {
    return false;
  }
}
