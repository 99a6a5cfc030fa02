import type { MethodName } from '../base/index.js';
import type { AskedMethod } from './asked-method.js';
import { auto } from './auto/auto.js';
import { fp16 } from './fp16.js';
import { int8 } from './int8.js';
import { int8Static } from './int8-static.js';
import type { MethodWithOptions } from './method.js';
import { q4 } from './q4.js';
import { q8 } from './q8.js';

/** All methods, in the order in which they are listed. */
export const methods = [fp16, int8, int8Static, q8, q4, auto] as const;

/** A method of octavec's, and how it is to be applied. */
export type ChosenMethod = MethodWithOptions<MethodName>;

/** What `to` takes: a method by its name, or with options of its own: `q4({ blockSize: 64 })`. */
export type MethodChoice = MethodName | AskedMethod<MethodName> | ChosenMethod;

/** Returns the method of a name; undefined for what is none. */
export function methodNamed(name: string): (typeof methods)[number] | undefined {
  return methods.find(({ id }) => id === name);
}
