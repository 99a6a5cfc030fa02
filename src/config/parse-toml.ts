import { parse, TomlError } from 'smol-toml';
import { OctavecError } from '../base/index.js';

/** @throws SETTINGS_INVALID, which names line and column */
export function parseToml(text: string, path: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    // Its message goes on with a picture of the lines.
    const what = String((error as Error).message)
      .split('\n')[0]
      .replace('Invalid TOML document: ', '');
    const place = error instanceof TomlError ? `line ${error.line}, column ${error.column}: ` : '';
    throw new OctavecError('SETTINGS_INVALID', { source: path, why: `${place}${what}` }, error);
  }
}
