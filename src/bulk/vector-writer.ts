import type { StreamBatch } from '../embed/index.js';
import { type VectorRanges, vectorRanges } from '../embed/index.js';
import type { TextRecord } from '../texts/index.js';
import type { Begun } from './journal.js';
import type { PartialFile } from './partial-file.js';
import type { RecordDigest } from './record-digest.js';
import { type SiftedBatch, type SkippedText, siftBatch } from './skipped-text.js';
import { needsRanges, type StoredType, storedWidth, storeVectors } from './stored-vectors.js';
import type { SinkTarget, VectorSink } from './vector-sink.js';

export interface WriterSettings {
  /** Opens what the vectors are written to. */
  readonly openSink: (target: SinkTarget) => VectorSink;
  /** Number type in which vectors are stored. */
  readonly type: StoredType;
  /** Numbers of a vector before it is stored. */
  readonly dimensions: number;
  /** Range of each dimension, for `int8` and `uint8`; without it, found from the first vectors. */
  readonly ranges?: VectorRanges;
  /** See `EmbedToFileOptions.digits`. */
  readonly digits?: number;
}

/** What is in memory is written when so much time has passed and the format allows: syncing costs milliseconds. */
const checkpointEveryMs = 200;

/** Texts whose vectors give the ranges of the dimensions, where none are given. They wait in memory until then. */
const textsForRanges = 4096;

/** A batch, whose skipped texts are taken out. */
interface Sifted extends SiftedBatch {
  /** All texts of the batch. */
  readonly items: readonly TextRecord[];
  readonly truncated: number;
}

/** Puts batches of vectors into a file and notes in its journal how far it is. */
export class VectorWriter {
  readonly #partial: PartialFile;
  readonly #sink: VectorSink;
  readonly #type: StoredType;
  readonly #digest: RecordDigest;
  #ranges: VectorRanges | undefined;
  /** Batches that wait for the ranges. */
  #held: Sifted[] = [];
  #records: number;
  #truncated: number;
  readonly #skipped: SkippedText[];
  /** How many of the skipped texts the journal has noted. */
  #noted: number;
  #lastCheckpoint = Number.NEGATIVE_INFINITY;

  /**
   * @param begun what an earlier writer did, if this one goes on from there
   * @param digest of its texts
   */
  constructor(partial: PartialFile, settings: WriterSettings, begun: Begun | undefined, digest: RecordDigest) {
    const { type, dimensions, openSink, digits } = settings;
    const last = begun?.checkpoints.at(-1);
    const formats = begun?.checkpoints.flatMap(({ format }) => (format === undefined ? [] : [format])) ?? [];
    this.#partial = partial;
    this.#type = type;
    this.#digest = digest;
    this.#ranges = settings.ranges;
    this.#records = last?.records ?? 0;
    this.#truncated = last?.truncated ?? 0;
    this.#skipped = begun?.checkpoints.flatMap(({ skipped = [] }) => skipped) ?? [];
    this.#noted = this.#skipped.length;
    const state = last && { bytes: last.bytes, formats };
    this.#sink = openSink({ file: partial.file, type, width: storedWidth(type, dimensions), digits, state });
  }

  get records(): number {
    return this.#records;
  }

  get truncated(): number {
    return this.#truncated;
  }

  /** Lists the texts without vectors, those of earlier writers included. */
  get skipped(): readonly SkippedText[] {
    return this.#skipped;
  }

  get ranges(): VectorRanges | undefined {
    return this.#ranges;
  }

  async write(whole: StreamBatch<TextRecord>): Promise<void> {
    const batch = { ...siftBatch(whole), items: whole.items, truncated: whole.vectors.truncated };
    if (needsRanges(this.#type) && this.#ranges === undefined) {
      this.#held.push(batch);
      if (this.#held.reduce((sum, { records }) => sum + records.length, 0) >= textsForRanges) {
        await this.#letGo();
      }
    } else {
      await this.#append(batch);
    }
  }

  /** Makes the file whole and gives its length. */
  async finish(): Promise<number> {
    await this.#letGo();
    await this.#checkpoint();
    return this.#sink.finish();
  }

  /** Takes the ranges from what waits for them, and writes it. */
  async #letGo(): Promise<void> {
    const all = this.#held.filter(({ records }) => records.length > 0).map(({ vectors }) => vectorRanges(vectors));
    if (all.length === 0) {
      for (const batch of this.#held.splice(0)) {
        await this.#append(batch);
      }
      return;
    }
    this.#ranges = {
      least: all.map(({ least }) => least).reduce((a, b) => a.map((value, i) => Math.min(value, b[i]))),
      greatest: all.map(({ greatest }) => greatest).reduce((a, b) => a.map((value, i) => Math.max(value, b[i]))),
    };
    await this.#partial.journal.note(notesOf(this.#ranges));
    for (const batch of this.#held.splice(0)) {
      await this.#append(batch);
    }
  }

  async #append({ items, records, vectors, skipped, truncated }: Sifted): Promise<void> {
    if (records.length > 0) {
      this.#sink.append(records, storeVectors(vectors, this.#type, this.#ranges));
    }
    this.#skipped.push(...skipped);
    for (const record of items) {
      this.#digest.add(record);
    }
    this.#records += items.length;
    this.#truncated += truncated;
    const { due } = this.#sink;
    if (due === 'now' || (due === 'may' && performance.now() - this.#lastCheckpoint > checkpointEveryMs)) {
      await this.#checkpoint();
    }
  }

  async #checkpoint(): Promise<void> {
    const { file, journal } = this.#partial;
    const { bytes, format } = await this.#sink.flush();
    await file.datasync();
    await journal.checkpoint({
      records: this.#records,
      digest: this.#digest.value,
      truncated: this.#truncated,
      bytes,
      format,
      ...(this.#skipped.length > this.#noted && { skipped: this.#skipped.slice(this.#noted) }),
    });
    this.#noted = this.#skipped.length;
    this.#lastCheckpoint = performance.now();
  }
}

/** Returns ranges as a journal notes them. */
export function notesOf(ranges: VectorRanges | undefined): Begun['notes'] {
  return ranges === undefined
    ? {}
    : { ranges: { least: Array.from(ranges.least), greatest: Array.from(ranges.greatest) } };
}

/** Returns the ranges that an earlier writer noted. */
export function rangesOfNotes(notes: Begun['notes'] | undefined): VectorRanges | undefined {
  const ranges = notes?.ranges as { readonly least: number[]; readonly greatest: number[] } | undefined;
  return ranges && { least: Float32Array.from(ranges.least), greatest: Float32Array.from(ranges.greatest) };
}
