import { isPastInput } from './past-inputs.js';

/** What a model's input is given, by the names that transformers, Optimum and all exporters use. */
export type InputRole = TextRole | 'past';
/** What has a number for each token. */
export type TextRole = 'ids' | 'mask' | 'types' | 'positions';

export const textRoles: ReadonlyMap<string, TextRole> = new Map([
  ['input_ids', 'ids'],
  ['attention_mask', 'mask'],
  ['token_type_ids', 'types'],
  ['position_ids', 'positions'],
]);

/** Returns the role of an input, or undefined for one that octavec does not fill. A past is always empty. */
export function inputRole(name: string): InputRole | undefined {
  return isPastInput(name) ? 'past' : textRoles.get(name);
}
