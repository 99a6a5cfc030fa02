import { maybeJson, writeOutputFile } from '../../files/index.js';
import type { DerivedPlace } from './derived-file.js';

/** Reads what was noted of a model in its present state; undefined if nothing was, or it cannot be read. */
export async function readDerivedNote(places: readonly DerivedPlace[]): Promise<unknown> {
  for (const place of places) {
    const note = await maybeJson(place.target);
    if (note !== undefined) {
      await place.noteUse().catch(() => undefined);
      return note;
    }
  }
  return undefined;
}

/** Notes something of a model for later processes. Where nothing can be written, each finds it out anew. */
export async function writeDerivedNote(places: readonly DerivedPlace[], note: object): Promise<void> {
  for (const place of places) {
    try {
      await writeOutputFile(place.target, `${JSON.stringify(note)}\n`);
      await place.noteUse();
      await place.removeOld();
      return;
    } catch {
      // Not writable, or full.
    }
  }
}
