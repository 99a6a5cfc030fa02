/** What a model's input is given, by the names that transformers, Optimum and all exporters use. */
export type InputRole = 'ids' | 'mask' | 'types' | 'positions';

export const inputRoles: ReadonlyMap<string, InputRole> = new Map([
  ['input_ids', 'ids'],
  ['attention_mask', 'mask'],
  ['token_type_ids', 'types'],
  ['position_ids', 'positions'],
]);
