import { rm } from 'node:fs/promises';
import { counted } from '../../base/index.js';
import type { SkippedText } from '../../bulk/index.js';
import { writeOutputFile } from '../../files/index.js';
import { printNote } from '../print-note.js';

/**
 * Says which texts were skipped: in a file, a line of JSON for each, or where there is none with a note for each.
 *
 * @throws OUTPUT_NOT_WRITABLE, DISK_FULL
 */
export async function tellSkipped(skipped: readonly SkippedText[], path: string | undefined): Promise<void> {
  if (path === undefined) {
    for (const { place = 'a text', reason } of skipped) {
      printNote(`skipped ${place}: ${reason}`);
    }
    return;
  }
  if (skipped.length === 0) {
    // What an earlier run skipped is not what this one did.
    await rm(path, { force: true });
    return;
  }
  await writeOutputFile(path, skipped.map((each) => `${JSON.stringify(each, withDigits)}\n`).join(''));
  printNote(`${counted(skipped.length, 'text')} skipped; ${path} says which, and why`);
}

function withDigits(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
