import { isRecord, version } from '../../base/index.js';
import { type DerivedPlace, derivedPlaces, readDerivedNote, writeDerivedNote } from '../../model/index.js';
import type { Frame } from '../over-long.js';
import type { TokenizerSettings } from '../tokenizer-protocol.js';

/** Of this layout, in a file of its own for each tokenizer.json in its present state. */
const notes = { kind: 'tokenizers', version: 1, extension: '.json' };

/**
 * Reads the special tokens around every text, if it was found before that short texts are read here as the library
 * reads them; undefined if not.
 */
export async function notedFrame(settings: TokenizerSettings): Promise<Frame | undefined> {
  const found = await readDerivedNote(await placesFor(settings));
  return isFrame(found) ? found : undefined;
}

/** Notes the special tokens for later processes. */
export async function noteFrame(settings: TokenizerSettings, frame: Frame): Promise<void> {
  await writeDerivedNote(await placesFor(settings), frame);
}

async function placesFor({ path, ...reading }: TokenizerSettings): Promise<readonly DerivedPlace[]> {
  const way = JSON.stringify([version, reading]);
  // A tokenizer that is not there is reported by whoever loads it.
  return derivedPlaces(path, { ...notes, way }).catch(() => []);
}

function isFrame(found: unknown): found is Frame {
  const { before, behind } = isRecord(found) ? found : {};
  const isIds = (ids: unknown) => Array.isArray(ids) && ids.every((id) => Number.isSafeInteger(id) && id >= 0);
  return isIds(before) && isIds(behind);
}
