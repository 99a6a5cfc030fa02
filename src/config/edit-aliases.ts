import { isDeepStrictEqual } from 'node:util';
import { OctavecError } from '../base/index.js';
import { lineOfKey } from './line-of-key.js';
import { parseToml } from './parse-toml.js';

/**
 * Returns the text of a configuration with an alias for a model set, or removed; everything else in it stays as it is,
 * comments included.
 *
 * @param model undefined takes the name out
 * @throws SETTINGS_INVALID where the file has aliases in a form that cannot be changed line by line
 */
export function withAlias(text: string, path: string, name: string, model: string | undefined): string {
  const before = plain(parseToml(text, path)) as Aliased;
  const { [name]: old, ...others } = before.models?.aliases ?? {};
  if (model === undefined && old === undefined) {
    return text;
  }
  const changed = changedLines(text, name, old !== undefined, model);
  const aliases = model === undefined ? others : { ...others, [name]: model };
  if (!isDeepStrictEqual(parsedOr(changed, path), { ...before, models: { ...before.models, aliases } })) {
    const line = lineOfKey(text, ['models', 'aliases', name]) ?? 1;
    const why = `line ${line}: the aliases are not written one a line below [models.aliases]; change them there yourself`;
    throw new OctavecError('SETTINGS_INVALID', { source: path, why });
  }
  return changed;
}

interface Aliased {
  readonly models?: { readonly aliases?: Readonly<Record<string, string>> };
}

function changedLines(text: string, name: string, isSet: boolean, model: string | undefined): string {
  const lines = text.split('\n');
  const entry = model === undefined ? [] : [`${keyOf(name)} = ${JSON.stringify(model)}`];
  const header = lines.findIndex((line) => /^\s*\[\s*models\s*\.\s*aliases\s*\]/.test(line));
  if (isSet) {
    lines.splice((lineOfKey(text, ['models', 'aliases', name]) ?? 1) - 1, 1, ...entry);
  } else if (header >= 0) {
    lines.splice(header + 1, 0, ...entry);
  } else {
    return `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${text === '' ? '' : '\n'}[models.aliases]\n${entry[0]}\n`;
  }
  return lines.join('\n');
}

function keyOf(name: string): string {
  return /^[\w-]+$/.test(name) ? name : JSON.stringify(name);
}

function parsedOr(text: string, path: string): unknown {
  try {
    return plain(parseToml(text, path));
  } catch {
    return undefined;
  }
}

/** Copies a value without the prototypes of the parser's tables. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
