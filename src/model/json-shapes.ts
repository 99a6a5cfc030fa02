import { isRecord } from '../base/index.js';
/**
 * What values of a model's JSON files must be. Opening a model is on the way to every first vector, and a library of schemas
 * takes longer to load than all files of a model take to read.
 */

/** Gives a value its type. Throws {@link WrongValue} if it is something else. */
export type Shape<Value> = (value: unknown) => Value;

/** A value that has not the shape that is wanted. */
export class WrongValue extends Error {
  /** Keys on the way to it, from the outside. */
  readonly path: readonly string[];
  readonly wanted: string;

  constructor(wanted: string, path: readonly string[] = []) {
    super(`must be ${wanted}`);
    this.wanted = wanted;
    this.path = path;
  }
}

export const text: Shape<string> = value('a text', (it): it is string => typeof it === 'string');
export const flag: Shape<boolean> = value('true or false', (it): it is boolean => typeof it === 'boolean');
export const number: Shape<number> = value('a number', (it): it is number => Number.isFinite(it));
export const wholeNumber: Shape<number> = value('a whole number', isWhole);
/** Accepts any value. */
export const anything: Shape<unknown> = (it) => it;

/** Reads a whole number from 1 to `most`. */
export function countUpTo(most: number): Shape<number> {
  return value(`a whole number from 1 to ${most}`, (it): it is number => isWhole(it) && it >= 1 && it <= most);
}

/** Accepts one of the choices. */
export function oneOf<const Choice extends string>(choices: readonly Choice[]): Shape<Choice> {
  return value(`one of ${choices.join(', ')}`, (it): it is Choice => choices.includes(it as Choice));
}

/** Reads what is missing or null as undefined. */
export function maybe<Value>(shape: Shape<Value>): Shape<Value | undefined> {
  return (it) => (it === undefined || it === null ? undefined : shape(it));
}

/** Reads what is missing, null or wrong as undefined: for what octavec can do without. */
export function ifRight<Value>(shape: Shape<Value>): Shape<Value | undefined> {
  return (it) => {
    try {
      return maybe(shape)(it);
    } catch {
      return undefined;
    }
  };
}

/** Reads by the first shape that fits. */
export function either<A, B>(first: Shape<A>, second: Shape<B>): Shape<A | B> {
  return (it) => {
    try {
      return first(it);
    } catch {
      return second(it);
    }
  };
}

/** Accepts a list whose items have a shape. */
export function listOf<Value>(
  shape: Shape<Value>,
  { least = 0, most = Number.POSITIVE_INFINITY } = {},
): Shape<Value[]> {
  const list = value('a list', (it): it is unknown[] => Array.isArray(it));
  return (it) => {
    const items = list(it);
    if (items.length < least || items.length > most) {
      throw new WrongValue(items.length < least ? `a list of ${least} or more` : `a list of ${most} at most`);
    }
    return items.map((item, i) => below(`${i}`, () => shape(item)));
  };
}

/** Reads an object with keys of any name. */
export function mapOf<Value>(shape: Shape<Value>): Shape<Record<string, Value>> {
  return (it) =>
    Object.fromEntries(Object.entries(object(it)).map(([key, one]) => [key, below(key, () => shape(one))]));
}

/** Reads an object with these keys. Others are left out. */
export function fields<Shapes extends Readonly<Record<string, Shape<unknown>>>>(
  shapes: Shapes,
): Shape<{ readonly [Key in keyof Shapes]: ReturnType<Shapes[Key]> }> {
  return (it) => {
    const given = object(it);
    return Object.fromEntries(
      Object.entries(shapes).map(([key, shape]) => [
        key,
        below(key, () => shape(Object.hasOwn(given, key) ? given[key] : undefined)),
      ]),
    ) as { readonly [Key in keyof Shapes]: ReturnType<Shapes[Key]> };
  };
}

const object = value('an object', isRecord);

function isWhole(it: unknown): it is number {
  return Number.isSafeInteger(it);
}

function value<Value>(wanted: string, is: (it: unknown) => it is Value): Shape<Value> {
  return (it) => {
    if (is(it)) {
      return it;
    }
    throw new WrongValue(wanted);
  };
}

function below<Value>(key: string, check: () => Value): Value {
  try {
    return check();
  } catch (error) {
    throw error instanceof WrongValue ? new WrongValue(error.wanted, [key, ...error.path]) : error;
  }
}
