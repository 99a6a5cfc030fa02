import { OctavecError } from './errors.js';

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

function refuse(name: string, value: unknown, expected: string): never {
  throw new OctavecError('USAGE', { problem: `The option ${name} is ${String(value)}, and must be ${expected}` });
}
