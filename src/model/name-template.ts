import { basename } from 'node:path';
import { escapePattern, keysOf, nearestName, OctavecError } from '../base/index.js';
import { isVariantName } from './variants.js';

/** What the name of a file says. */
export interface NameFields {
  /** "bge-small-en" */
  readonly family: string;
  /** "1.5", where the model's name has one. */
  readonly version?: string;
  readonly dimensions?: number;
  /** "int8" */
  readonly precision?: string;
}

/** A rule for names of files. */
export interface NameTemplate {
  /**
   * Writes a name by the template.
   *
   * @throws USAGE where the template cannot say this, or it would be read as something else
   */
  write(fields: NameFields): string;
  /** Reads the fields of a name; undefined for a name that the template does not make. */
  read(name: string): NameFields | undefined;
}

const fieldPatterns: Readonly<Record<keyof NameFields, string>> = {
  family: '.+?',
  version: '\\d+(?:\\.\\d+)*',
  dimensions: '\\d+',
  precision: '[A-Za-z0-9_]+',
};
const fieldNames = keysOf(fieldPatterns);

type Part = { readonly text: string } | { readonly field: keyof NameFields } | { readonly optional: readonly Part[] };

/**
 * Parses a template such as `AVA-ONX-{dimensions}-{family}[-v{version}][-{precision}].onnx`. What stands in brackets is
 * left out where its field is not known.
 *
 * @throws USAGE for a template that cannot be read back
 */
export function nameTemplate(text: string): NameTemplate {
  const parts = parse(text);
  const pattern = new RegExp(`^${parts.map(patternOf).join('')}$`);
  const read = (name: string): NameFields | undefined => {
    const found = pattern.exec(name)?.groups;
    if (found === undefined || (found.precision !== undefined && !isVariantName(found.precision))) {
      return undefined;
    }
    const { family, version, dimensions, precision } = found;
    return {
      family,
      ...(version !== undefined && { version }),
      ...(dimensions !== undefined && { dimensions: Number(dimensions) }),
      ...(precision !== undefined && { precision }),
    };
  };
  const write = (fields: NameFields): string => {
    const name = parts.map((part) => written(part, fields, text)).join('');
    const back = read(name);
    const wrong = fieldNames.find((field) => parts.some((part) => has(part, field)) && back?.[field] !== fields[field]);
    if (wrong !== undefined || /[/\\\p{Cc}]/u.test(name)) {
      throw new OctavecError('USAGE', {
        problem: `The template ${text} makes "${name}" of ${describe(fields)}, which ${back === undefined ? 'is no name that it makes' : `reads as ${describe(back)}`}`,
        hint: 'Put other text between its fields, or give the model another name.',
      });
    }
    return name;
  };
  return { read, write };
}

/**
 * Reads the fields of a file's name by a template; undefined for a name that it does not make, and for
 * "model_int8.onnx".
 */
export function ownFields(path: string, template: NameTemplate): NameFields | undefined {
  const name = basename(path);
  return /^model[_.]/.test(name) ? undefined : template.read(name);
}

/** Splits "bge-small-en-v1.5" into family and version. */
export function nameFields(model: string): Pick<NameFields, 'family' | 'version'> {
  const [, family, version] = /^(.+)-v(\d+(?:\.\d+)*)$/.exec(model) ?? [];
  return family === undefined ? { family: model } : { family, version };
}

function describe(fields: NameFields): string {
  return fieldNames
    .filter((field) => fields[field] !== undefined)
    .map((field) => `${field} ${fields[field]}`)
    .join(', ');
}

function parse(text: string): Part[] {
  const refuse = (problem: string, hint: string): never => {
    throw new OctavecError('USAGE', { problem: `The template of names ${text} ${problem}`, hint });
  };
  if (!text.endsWith('.onnx') || text.includes('/') || text.includes('\\')) {
    refuse('is no name of an ONNX file', 'It ends with .onnx, and has no folders.');
  }
  const sequence = (piece: string): Part[] =>
    piece
      .split(/(\{[^}]*\})/)
      .filter((word) => word !== '')
      .map((word) => {
        if (!word.startsWith('{')) {
          return /[{}[\]]/.test(word) ? refuse('has a bracket without its other half', 'Close it.') : { text: word };
        }
        const field = word.slice(1, -1);
        const near = nearestName(field, fieldNames);
        const hint = near === undefined ? `Known: ${fieldNames.join(', ')}.` : `Did you mean {${near}}?`;
        return (fieldNames as string[]).includes(field)
          ? { field: field as keyof NameFields }
          : refuse(`has a field {${field}} that nobody knows`, hint);
      });
  const parts = text
    .split(/(\[[^[\]]*\])/)
    .filter((piece) => piece !== '')
    .flatMap((piece): Part[] =>
      piece.startsWith('[') ? [{ optional: sequence(piece.slice(1, -1)) }] : sequence(piece),
    );
  const fields = parts.flatMap(fieldsOf);
  if (!parts.some((part) => 'field' in part && part.field === 'family') || new Set(fields).size < fields.length) {
    refuse('must name {family} once, outside of brackets', 'An example: {family}[-v{version}][-{precision}].onnx');
  }
  if (/\}\[?\{/.test(text)) {
    refuse('has two fields without anything between them', 'Put a "-" there: names could not be read back.');
  }
  return parts;
}

function fieldsOf(part: Part): (keyof NameFields)[] {
  return 'field' in part ? [part.field] : 'optional' in part ? part.optional.flatMap(fieldsOf) : [];
}

function has(part: Part, field: keyof NameFields): boolean {
  return fieldsOf(part).includes(field);
}

function patternOf(part: Part): string {
  if ('text' in part) {
    return escapePattern(part.text);
  }
  return 'field' in part
    ? `(?<${part.field}>${fieldPatterns[part.field]})`
    : `(?:${part.optional.map(patternOf).join('')})?`;
}

function written(part: Part, fields: NameFields, template: string): string {
  if ('text' in part) {
    return part.text;
  }
  if ('optional' in part) {
    const isKnown = fieldsOf(part).every((field) => fields[field] !== undefined);
    return isKnown ? part.optional.map((inner) => written(inner, fields, template)).join('') : '';
  }
  const value = fields[part.field];
  if (value === undefined) {
    throw new OctavecError('USAGE', {
      problem: `The template ${template} needs {${part.field}}, which is not known of ${fields.family}`,
      hint: `Put it into brackets: [-{${part.field}}].`,
    });
  }
  return String(value);
}
