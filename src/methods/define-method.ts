import type { z } from 'zod';
import { nearestName, OctavecError } from '../base/index.js';
import { chooseGate } from '../evaluate/index.js';
import type { Method, MethodDefinition, MethodFacts, MethodWishes, MethodWithOptions } from './method.js';

/** Makes a method of what defines it. */
export function defineMethod<const Id extends string, Shape extends z.ZodRawShape>(
  definition: MethodDefinition<Id, Shape>,
): Method<Id, z.input<z.ZodObject<Shape>>> {
  const { id, variant, precision, gate, takesAllWeights, fewestTexts, options } = definition;
  const facts: MethodFacts<Id> = { id, variant, precision, gate, takesAllWeights, fewestTexts };
  const choose = (given: unknown = {}) => withOptions(definition, facts, checkedOptions(id, options, given));
  const method = (given?: z.input<z.ZodObject<Shape>>) => choose(given);
  return Object.assign(method, { ...facts, options, choose });
}

function withOptions<Id extends string, Shape extends z.ZodRawShape>(
  definition: MethodDefinition<Id, Shape>,
  facts: MethodFacts<Id>,
  options: z.output<z.ZodObject<Shape>>,
): MethodWithOptions<Id> {
  return {
    ...facts,
    options,
    gateFor: (asked) => definition.gateFor?.(options, asked) ?? chooseGate(facts.gate, asked),
    asked: (wishes) => ({ ...askedOfAll(wishes), ...(definition.asked?.(options, wishes) ?? options) }),
    apply: (source, context) => definition.apply(source, options, context),
  };
}

function askedOfAll({
  selection: { include, exclude },
  optimize,
  hashes,
}: MethodWishes): Readonly<Record<string, unknown>> {
  return { include, exclude, optimize, calibration: hashes?.calibration ?? false };
}

function checkedOptions<Schema extends z.ZodObject>(id: string, schema: Schema, given: unknown): z.output<Schema> {
  const { success, data, error } = schema.safeParse(given);
  if (success) {
    return data;
  }
  throw new OctavecError('USAGE', describeIssue(id, error.issues[0], Object.keys(schema.shape)), error);
}

function describeIssue(
  id: string,
  issue: z.core.$ZodIssue,
  known: readonly string[],
): { readonly problem: string; readonly hint?: string } {
  if (issue.code === 'unrecognized_keys') {
    const [key] = issue.keys;
    const nearest = nearestName(key, known);
    const hint = nearest === undefined ? `${id} has no options of its own.` : `The nearest is \`${nearest}\`.`;
    return { problem: `${id} has no option "${key}"`, hint };
  }
  const key = issue.path.join('.');
  const subject = key === '' ? `The options of ${id}` : `\`${key}\` of ${id}`;
  return { problem: `${subject} must be ${wanted(issue)}` };
}

/**
 * Says what is wanted: "one of 16, 32, 64, 128", "a boolean"; issues with a message of their own say it as "a number
 * above 0".
 */
function wanted(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_value') {
    return `one of ${issue.values.join(', ')}`;
  }
  if (issue.code !== 'invalid_type') {
    return issue.message;
  }
  return `${/^[aeiou]/.test(issue.expected) ? 'an' : 'a'} ${issue.expected}`;
}
