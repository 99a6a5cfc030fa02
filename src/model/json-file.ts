import { readFile, stat } from 'node:fs/promises';
import type { z } from 'zod';
import { OctavecError, reasonOf } from '../base/index.js';

/** Configuration files are small; the largest real ones (tokenizer_config.json with its added tokens) take some MB. */
const maxConfigBytes = 32 * 1024 * 1024;

/**
 * Reads a JSON file and checks it. `undefined` if there is no such file.
 *
 * @throws CONFIG_INVALID, FILE_NOT_READABLE
 */
export async function readJsonFile<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
): Promise<z.output<Schema> | undefined> {
  let text: string;
  try {
    const { size } = await stat(path);
    if (size > maxConfigBytes) {
      throw new OctavecError('CONFIG_INVALID', { path, why: `${size} bytes are too many for a configuration` });
    }
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) {
      return undefined;
    }
    throw error instanceof OctavecError
      ? error
      : new OctavecError('FILE_NOT_READABLE', { path, why: reasonOf(error) }, error);
  }
  return checkJson(path, text, schema);
}

function checkJson<Schema extends z.ZodType>(path: string, text: string, schema: Schema): z.output<Schema> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new OctavecError('CONFIG_INVALID', { path, why: reasonOf(error) }, error);
  }
  const result = schema.safeParse(value);
  if (!result.success) {
    const issue = result.error.issues[0];
    const where = issue.path.length > 0 ? `${issue.path.join('.')}: ` : '';
    throw new OctavecError('CONFIG_INVALID', { path, why: `${where}${issue.message}` });
  }
  return result.data;
}

/** Whether a file-system call failed because there is nothing of that name. */
export function isMissing(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException)?.code;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
