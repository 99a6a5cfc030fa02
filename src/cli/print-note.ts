import { printable } from '../base/index.js';

const told = new Set<string>();
let held: string[] | undefined;

/** Says once, beside the output, what goes otherwise than one may think. */
export function printNote(note: string): void {
  if (told.has(note)) {
    return;
  }
  told.add(note);
  const line = `note: ${printable(note)}\n`;
  if (held === undefined) {
    process.stderr.write(line);
  } else {
    held.push(line);
  }
}

/** Holds notes back from now on: with --json, nothing but an error goes to standard error. */
export function holdNotes(): void {
  held ??= [];
}

/** Prints what was held: the command has come to its end. */
export function releaseNotes(): void {
  process.stderr.write((held ?? []).join(''));
  forgetNotes();
}

/** Drops what is held. The next command says again what this one has said. */
export function forgetNotes(): void {
  held = undefined;
  told.clear();
}
