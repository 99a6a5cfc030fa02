import { readFile } from 'node:fs/promises';
import { version } from '../../base/index.js';
import { cacheFolders, writeOutputFile } from '../../files/index.js';
import { type DerivedPlace, derivedPlace } from '../../model/index.js';
import type { Frame } from '../over-long.js';
import type { TokenizerSettings } from '../tokenizer-protocol.js';

/** Of this layout, in a file of its own for each tokenizer.json in its present state. */
const notes = { kind: 'tokenizers', version: 1, extension: '.json' };

/**
 * Reads the special tokens around every text, if it was found before that short texts are read here as the library
 * reads them; undefined if not.
 */
export async function notedFrame(settings: TokenizerSettings): Promise<Frame | undefined> {
  for (const place of await placesFor(settings)) {
    try {
      const found: unknown = JSON.parse(await readFile(place.target, 'utf8'));
      await place.noteUse().catch(() => undefined);
      return isFrame(found) ? found : undefined;
    } catch {
      // Not there, or damaged: it is found out again.
    }
  }
  return undefined;
}

/** Notes the special tokens for later processes. Where nothing can be written, each process finds them out anew. */
export async function noteFrame(settings: TokenizerSettings, frame: Frame): Promise<void> {
  for (const place of await placesFor(settings)) {
    try {
      await writeOutputFile(place.target, `${JSON.stringify(frame)}\n`);
      await place.noteUse();
      await place.removeOld();
      return;
    } catch {
      // Not writable, or full.
    }
  }
}

async function placesFor({ path, ...reading }: TokenizerSettings): Promise<readonly DerivedPlace[]> {
  const way = JSON.stringify([version, reading]);
  const places = (await cacheFolders()).map((cache) => derivedPlace(cache, path, { ...notes, way }));
  // A tokenizer that is not there is reported by whoever loads it.
  return Promise.all(places).catch(() => []);
}

function isFrame(found: unknown): found is Frame {
  const { before, behind } = (found ?? {}) as { readonly [key in keyof Frame]: unknown };
  const isIds = (ids: unknown) => Array.isArray(ids) && ids.every((id) => Number.isSafeInteger(id) && id >= 0);
  return isIds(before) && isIds(behind);
}
