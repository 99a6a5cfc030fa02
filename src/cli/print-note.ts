import { printable } from '../base/index.js';

/** Says beside the output what goes otherwise than one may think. */
export function printNote(note: string): void {
  process.stderr.write(`note: ${printable(note)}\n`);
}
