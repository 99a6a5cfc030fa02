import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { OctavecError, reasonOf } from '../base/index.js';

/**
 * Texts from a file: one a line, or for .jsonl a JSON string or an object with a "text" in each line. Lines without
 * anything in them are left out.
 *
 * @throws FILE_NOT_FOUND, FILE_NOT_READABLE, CONFIG_INVALID for a line of .jsonl that holds no text
 */
export async function readTexts(path: string): Promise<string[]> {
  const content = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT'
      ? new OctavecError('FILE_NOT_FOUND', { path, what: 'The texts' }, error)
      : new OctavecError('FILE_NOT_READABLE', { path, why: reasonOf(error) }, error);
  });
  const lines = content.split(/\r?\n/);
  if (extname(path) !== '.jsonl') {
    return lines.filter((line) => line !== '');
  }
  return lines.flatMap((line, i) => (line.trim() === '' ? [] : [textOfLine(line, path, i + 1)]));
}

function textOfLine(line: string, path: string, number: number): string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new OctavecError('CONFIG_INVALID', { path, why: `line ${number} is not JSON` }, error);
  }
  const text = typeof value === 'string' ? value : (value as { text?: unknown } | null)?.text;
  if (typeof text !== 'string') {
    throw new OctavecError('CONFIG_INVALID', { path, why: `line ${number} holds neither a string nor a "text"` });
  }
  return text;
}
