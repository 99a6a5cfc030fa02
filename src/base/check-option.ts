import { OctavecError } from './errors.js';
import { nearestName } from './nearest-name.js';

/** What callers without a type checker give for an option; one that is left out is right. */

/** @throws USAGE unless the value is one of the choices */
export function checkChoice(name: string, value: string | undefined, choices: readonly string[]): void {
  if (value !== undefined && !choices.includes(value)) {
    refuse(name, value, `one of ${choices.join(', ')}`);
  }
}

/** @throws USAGE unless the value is a whole number from 1 on */
export function checkCount(name: string, value: number | undefined): void {
  if (value !== undefined && !(Number.isSafeInteger(value) && value >= 1)) {
    refuse(name, value, 'a whole number from 1 on');
  }
}

/** @throws USAGE unless the value is a number from 0 on, be it infinite */
export function checkBound(name: string, value: number | undefined): void {
  if (value !== undefined && !(typeof value === 'number' && value >= 0)) {
    refuse(name, value, 'a number from 0 on');
  }
}

/** Names of all options; a type checker sees that none is forgotten. */
export type OptionNames<Options> = Readonly<Record<keyof Options, true>>;

/**
 * Options that nobody knows are mistakes rather than wishes to be passed over.
 *
 * @param of what is called: "Embedder.load"
 * @throws USAGE for one that is unknown, and for options that are no object
 */
export function checkOptionNames<Options extends object>(
  of: string,
  options: Options,
  known: OptionNames<Options>,
): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new OctavecError('USAGE', { problem: `The options of ${of} are ${kindOf(options)}, and must be an object` });
  }
  const names = Object.keys(known);
  for (const [name, value] of Object.entries(options)) {
    if (value !== undefined && !Object.hasOwn(known, name)) {
      const nearest = nearestName(name, names);
      throw new OctavecError('USAGE', {
        problem: `${of} has no option "${name}"`,
        hint: nearest === undefined ? `Its options: ${names.sort().join(', ')}.` : `Did you mean ${nearest}?`,
      });
    }
  }
}

/** Of options for several receivers, those that one of them knows. */
export function knownOptions<Options, Known>(
  options: Options,
  known: OptionNames<Known>,
): Pick<Options, keyof Options & keyof Known> {
  const entries = Object.entries(options as object).filter(([name]) => Object.hasOwn(known, name));
  return Object.fromEntries(entries) as Pick<Options, keyof Options & keyof Known>;
}

function kindOf(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'a list' : typeof value;
}

function refuse(name: string, value: unknown, expected: string): never {
  throw new OctavecError('USAGE', { problem: `The option ${name} is ${String(value)}, and must be ${expected}` });
}
