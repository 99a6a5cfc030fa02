import { z } from 'zod';
import type { MethodName } from '../base/index.js';
import { methods } from './registry.js';

/** An option of methods, as flags of the command line are made from it. */
export interface MethodOption {
  readonly key: string;
  /** The methods that know it. */
  readonly owners: readonly MethodName[];
  readonly description: string;
  readonly kind: 'boolean' | 'number' | 'choice';
  /** What can be chosen from. */
  readonly choices: readonly (string | number)[];
  /** What holds where nothing is chosen; undefined where methods do not agree on it. */
  readonly usual?: unknown;
}

/** The options of all methods, each once. */
export const methodOptions: readonly MethodOption[] = optionsOf(methods);

function optionsOf(all: typeof methods): MethodOption[] {
  const options = new Map<string, MethodOption>();
  for (const { id, options: schema } of all) {
    for (const [key, own] of Object.entries(schema.shape)) {
      const option = { ...describeOption(key, own), owners: [id] };
      const known = options.get(key);
      options.set(key, known === undefined ? option : shared(known, option));
    }
  }
  return [...options.values()];
}

/** Merges an option that several methods know; they may differ in their defaults. */
function shared(known: MethodOption, other: MethodOption): MethodOption {
  return {
    ...known,
    owners: [...known.owners, ...other.owners],
    choices: [...new Set([...known.choices, ...other.choices])],
    usual: known.usual === other.usual ? known.usual : undefined,
  };
}

function describeOption(key: string, schema: z.core.$ZodType): Omit<MethodOption, 'owners'> {
  const inner = withoutDefault(schema);
  const description = z.globalRegistry.get(schema)?.description ?? '';
  const usual = schema instanceof z.ZodDefault ? schema.def.defaultValue : undefined;
  const choices = inner instanceof z.ZodEnum ? inner.options : inner instanceof z.ZodLiteral ? [...inner.values] : [];
  const kind = inner instanceof z.ZodBoolean ? 'boolean' : inner instanceof z.ZodNumber ? 'number' : 'choice';
  return { key, description, kind, choices: choices.flatMap(wordOrNumber), usual };
}

function wordOrNumber(value: unknown): (string | number)[] {
  return typeof value === 'string' || typeof value === 'number' ? [value] : [];
}

/** Returns the options of a method as they may be given: nothing is filled in. */
export function givenOptions({ options }: (typeof methods)[number]): z.ZodObject {
  const shape = Object.entries(options.shape).map(([key, schema]) => [key, z.optional(withoutDefault(schema))]);
  return z.strictObject(Object.fromEntries(shape));
}

function withoutDefault(schema: z.core.$ZodType): z.core.$ZodType {
  return schema instanceof z.ZodDefault || schema instanceof z.ZodOptional ? schema.unwrap() : schema;
}
