import type { FastifyServerOptions } from 'fastify';
import type { z } from 'zod';
import { Problem } from './problem.js';

/** What fastify asks a compiler for. */
interface Route {
  readonly schema: z.ZodType;
}

const buildValidator =
  () =>
  ({ schema }: Route) =>
  (value: unknown) => {
    const { success, data, error } = schema.safeParse(value);
    return success ? { value: data } : { error: problemOfIssue(error.issues[0]) };
  };

/**
 * Builds the serializer of a response. Fields that the schema does not name are left out. Vectors are not written this
 * way: it takes too long.
 */
const buildSerializer =
  () =>
  ({ schema }: Route) =>
  (answer: unknown) =>
    JSON.stringify(schema.parse(answer));

/** Checks requests by zod. Given at the start, so that fastify does not load compilers of its own. */
export const schemaController = {
  compilersFactory: { buildValidator, buildSerializer },
} as unknown as FastifyServerOptions['schemaController'];

/**
 * Checks what only the route itself can tell which schema it must have.
 *
 * @throws Problem `invalid`
 */
export function parsed<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const { success, data, error } = schema.safeParse(value);
  if (!success) {
    throw problemOfIssue(error.issues[0]);
  }
  return data;
}

function problemOfIssue({ path, message }: z.core.$ZodIssue): Problem {
  const field = path.join('.');
  const what = field === '' ? `the body is not valid: ${message}` : `'${field}': ${message}`;
  return new Problem('invalid', what, field || undefined);
}
