import { OctavecError } from './errors.js';
import { checkLocation } from './location.js';
import { nearestName } from './nearest-name.js';
import { shortened } from './printable.js';

/**
 * What callers without a type checker give for options. A check is told the option's name, and throws USAGE for a value
 * that is wrong; an option that is left out is right.
 */
export type OptionCheck = (name: string, value: unknown) => void;

/** A check for each option: the compiler sees to it that none is forgotten. */
export type OptionChecks<Options> = { readonly [Name in keyof Options]-?: OptionCheck };

/**
 * Checks options as they come from outside.
 *
 * @param name what holds them, for errors
 * @throws USAGE for what is no object, an option that there is not, and a value that an option cannot have
 */
export function checkOptions<Options>(options: Options, checks: OptionChecks<Options>, name = 'options'): void {
  if (options === undefined) {
    return;
  }
  if (options === null || typeof options !== 'object' || Array.isArray(options)) {
    throw new OctavecError('USAGE', { problem: `The ${name} are ${kindOf(options)}, and must be an object` });
  }
  for (const [option, value] of Object.entries(options)) {
    if (!Object.hasOwn(checks, option)) {
      const known = Object.keys(checks);
      const nearest = nearestName(option, known);
      const hint = nearest === undefined ? `Known: ${known.join(', ')}.` : `Did you mean ${nearest}?`;
      throw new OctavecError('USAGE', { problem: `There is no option "${shortened(option)}"`, hint });
    }
    if (value !== undefined) {
      checks[option as keyof Options](option, value);
    }
  }
}

/** Returns those of the options that have a check, for functions that know fewer. */
export function pickOptions<Known extends object>(options: NoInfer<Known>, checks: OptionChecks<Known>): Known {
  return Object.fromEntries(Object.entries(options).filter(([name]) => Object.hasOwn(checks, name))) as Known;
}

export const checkTaskOptions = { signal: checkSignal, onProgress: checkCallback };

/** Returns the check of an option that is one of the choices. */
export function oneOf(choices: readonly string[]): OptionCheck {
  return (name, value) => checkChoice(name, value, choices);
}

/** Returns the check of a list; every item is checked on its own. */
export function listOf(check: OptionCheck): OptionCheck {
  return (name, value) => {
    if (!Array.isArray(value)) {
      refuse(name, value, 'a list');
    }
    // By index, for the holes of a sparse array.
    for (let i = 0; i < value.length; i++) {
      check(`${name}[${i}]`, value[i]);
    }
  };
}

/** Returns the check of an option that may be a particular value instead. */
export function or(allowed: unknown, check: OptionCheck): OptionCheck {
  return (name, value) => {
    if (value !== allowed) {
      check(name, value);
    }
  };
}

/** Returns the check of an option that holds options itself. */
export function nested<Options>(checks: OptionChecks<Options>): OptionCheck {
  return (name, value) => checkOptions(value as Options, checks, `options of ${name}`);
}

/** Checks that a value is one of the choices, if it is given. */
export function checkChoice(name: string, value: unknown, choices: readonly string[]): void {
  if (value !== undefined && !choices.includes(value as string)) {
    refuse(name, value, `one of ${choices.join(', ')}`);
  }
}

/** Checks that a value is a whole number from 1 on, if it is given. */
export function checkCount(name: string, value: unknown): void {
  if (value !== undefined && !(Number.isSafeInteger(value) && (value as number) >= 1)) {
    refuse(name, value, 'a whole number from 1 on');
  }
}

/** Checks a number from 0 on, be it infinite. */
export function checkBound(name: string, value: unknown): void {
  if (value !== undefined && !(typeof value === 'number' && value >= 0)) {
    refuse(name, value, 'a number from 0 on');
  }
}

/** Checks that a value is a number other than NaN. */
export function checkNumber(name: string, value: unknown): void {
  if (typeof value !== 'number' || Number.isNaN(value)) {
    refuse(name, value, 'a number');
  }
}

/** Checks that a value is a string. */
export function checkText(name: string, value: unknown): void {
  if (typeof value !== 'string') {
    refuse(name, value, 'a string');
  }
}

/** Checks that a value is a boolean. */
export function checkFlag(name: string, value: unknown): void {
  if (typeof value !== 'boolean') {
    refuse(name, value, 'true or false');
  }
}

/** Checks that a value is an object. */
export function checkObject(name: string, value: unknown): void {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    refuse(name, value, 'an object');
  }
}

/** Checks that a value is a function. */
export function checkCallback(name: string, value: unknown): void {
  if (typeof value !== 'function') {
    refuse(name, value, 'a function');
  }
}

/** Checks that a value is an AbortSignal. */
export function checkSignal(name: string, value: unknown): void {
  if (!(value instanceof AbortSignal)) {
    refuse(name, value, 'an AbortSignal');
  }
}

export { checkLocation };

function refuse(name: string, value: unknown, expected: string): never {
  throw new OctavecError('USAGE', { problem: `The option ${name} is ${shown(value)}, and must be ${expected}` });
}

function shown(value: unknown): string {
  return ['number', 'bigint', 'boolean'].includes(typeof value) || (typeof value === 'string' && value !== '')
    ? shortened(String(value))
    : kindOf(value);
}

/** Names what a value is: "null", "a list", "an object", "a function", … */
function kindOf(value: unknown): string {
  if (value === null || value === undefined || value === '') {
    return value === '' ? 'empty' : String(value);
  }
  return Array.isArray(value) ? 'a list' : `${typeof value === 'object' ? 'an' : 'a'} ${typeof value}`;
}
