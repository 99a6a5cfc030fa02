import fc from 'fast-check';

/** A JSON schema, as far as OpenAPI documents of embedding servers use it. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly nullable?: boolean;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly items?: JsonSchema;
  readonly minItems?: number;
  readonly minimum?: number;
  readonly minLength?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
}

type Arbitrary = fc.Arbitrary<unknown>;

/** Text as people write it, and as nobody does. */
const text = fc.oneof(
  { weight: 6, arbitrary: fc.lorem({ maxCount: 8 }) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
  { weight: 1, arbitrary: fc.constantFrom('', ' ', '\ud800', '\0', 'a '.repeat(600), '日本語', '👩‍👩‍👧', '\u202e') },
);
const anything = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.double(),
  text,
  fc.constant([]),
  fc.constant({}),
  fc.constantFrom(-1, 2 ** 31, 2 ** 53, 1e308),
);

/** Values that a schema allows. With `wrong`, one part in so many is something else. */
export function valuesOf(schema: JsonSchema, document: object, wrong = Number.POSITIVE_INFINITY): Arbitrary {
  const part = (one: JsonSchema): Arbitrary => valuesOf(one, document, wrong);
  const sound = soundValues(schema, document, part);
  return Number.isFinite(wrong)
    ? fc.oneof({ weight: wrong - 1, arbitrary: sound }, { weight: 1, arbitrary: anything })
    : sound;
}

function soundValues(schema: JsonSchema, document: object, part: (one: JsonSchema) => Arbitrary): Arbitrary {
  const { $ref, anyOf, oneOf, allOf, nullable, type, ...rest } = schema;
  if ($ref !== undefined) {
    return part(resolve($ref, document));
  }
  if (schema.const !== undefined || schema.enum !== undefined) {
    return fc.constantFrom(...(schema.enum ?? [schema.const]));
  }
  const choices = anyOf ?? oneOf ?? allOf;
  const types = [...[type ?? []].flat(), ...(nullable ? ['null'] : [])];
  if (choices !== undefined) {
    return fc.oneof(...choices.map(part), ...(nullable ? [fc.constant(null)] : []));
  }
  return fc.oneof(...types.map((name) => ofType(name, rest, part)));
}

function ofType(type: string, schema: JsonSchema, part: (one: JsonSchema) => Arbitrary): Arbitrary {
  const { minimum = -10, items = {}, minItems = 0, minLength = 0, properties = {}, required = [] } = schema;
  const from = Math.max(minimum, -10);
  switch (type) {
    case 'string':
      return text.filter(({ length }) => length >= minLength);
    case 'integer':
      return fc.oneof(fc.integer({ min: from, max: 400 }), fc.integer({ min: from, max: 40_000 }));
    case 'number':
      return fc.double({ min: from, max: 1e6, noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return fc.array(part(items), { minLength: minItems, maxLength: Math.max(minItems, 5) });
    case 'object': {
      const fields = Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, part(one)]));
      return fc.record(fields, { requiredKeys: [...required] });
    }
    default:
      throw new Error(`a schema of type ${type}`);
  }
}

/** "#/components/schemas/Input" */
function resolve(reference: string, document: object): JsonSchema {
  const path = reference.replace(/^#\//, '').split('/');
  return path.reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], document) as JsonSchema;
}
