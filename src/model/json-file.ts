import { readFile, stat } from 'node:fs/promises';
import { isMissing, OctavecError, reasonOf } from '../base/index.js';
import { type Shape, WrongValue } from './json-shapes.js';

/** Configuration files are small; the largest real ones (tokenizer_config.json with its added tokens) take some MB. */
const maxConfigBytes = 32 * 1024 * 1024;

/** A schema of zod, whose other parts do not matter here. */
export interface JsonSchema<Value> {
  safeParse(
    value: unknown,
  ): { readonly success: true; readonly data: Value } | { readonly success: false; readonly error: SchemaError };
}

interface SchemaError {
  readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[];
}

/**
 * Reads a JSON file and checks it. `undefined` if there is no such file.
 *
 * @throws CONFIG_INVALID, FILE_NOT_READABLE
 */
export async function readJsonFile<Value>(
  path: string,
  expected: Shape<Value> | JsonSchema<Value>,
): Promise<Value | undefined> {
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
  return checkJson(path, text, expected);
}

function checkJson<Value>(path: string, text: string, expected: Shape<Value> | JsonSchema<Value>): Value {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new OctavecError('CONFIG_INVALID', { path, why: reasonOf(error) }, error);
  }
  const checked = typeof expected === 'function' ? checkShape(value, expected) : expected.safeParse(value);
  if (!checked.success) {
    const issue = checked.error.issues[0];
    const where = issue.path.length > 0 ? `${issue.path.join('.')}: ` : '';
    throw new OctavecError('CONFIG_INVALID', { path, why: `${where}${issue.message}` });
  }
  return checked.data;
}

function checkShape<Value>(value: unknown, shape: Shape<Value>): ReturnType<JsonSchema<Value>['safeParse']> {
  try {
    return { success: true, data: shape(value) };
  } catch (error) {
    if (error instanceof WrongValue) {
      return { success: false, error: { issues: [error] } };
    }
    throw error;
  }
}
