import { type FileHandle, open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { OctavecError, reasonOf } from '../../base/index.js';
import type { Chunk } from '../../documents/index.js';
import { readRange } from '../../files/index.js';
import { type Matrix, rowOf } from '../../numbers/index.js';
import type { ScanRows } from '../scan/scan-request.js';
import type { WordIndex } from '../text/word-index.js';
import type { DocumentLine } from './document-line.js';
import { openTensors } from './open-tensors.js';
import type { SegmentEntry } from './segment-list.js';
import { segmentFiles } from './write-segment.js';

/** A segment that is open for reading. Its files never change. */
export class Segment {
  readonly name: string;
  readonly documents: number;
  readonly chunks: number;
  /** [chunks × dimensions] */
  readonly vectors: Matrix;
  /** What the first pass reads. */
  readonly scanned: ScanRows;
  /** How far the codes of the first pass are from the vectors at most. */
  readonly error: number;
  readonly words: WordIndex;
  readonly #folder: string;
  readonly #lines: Buffer;
  readonly #lineStarts: Float64Array;
  readonly #firstChunks: Float64Array;
  readonly #chunkStarts: Float64Array;
  readonly #chunkFile: FileHandle;
  #parsed: readonly DocumentLine[] | undefined;

  private constructor(folder: string, entry: SegmentEntry, lines: Buffer, file: FileHandle, tensors: Tensors) {
    this.#folder = folder;
    this.name = entry.name;
    this.documents = entry.documents;
    this.chunks = entry.chunks;
    this.#lines = lines;
    this.#chunkFile = file;
    const { rows, columns, data } = tensors.matrix;
    this.vectors = { rows, columns, data };
    this.scanned = tensors.scanned;
    this.error = tensors.error;
    this.words = tensors.words;
    this.#lineStarts = tensors.lineStarts;
    this.#firstChunks = tensors.firstChunks;
    this.#chunkStarts = tensors.chunkStarts;
  }

  /**
   * Opens a segment.
   *
   * @param folder that of all segments
   * @throws INDEX_DAMAGED; ENOENT as it is where the segment is gone
   */
  static async open(folder: string, entry: SegmentEntry): Promise<Segment> {
    const path = join(folder, entry.name);
    for (const [name, { bytes }] of Object.entries(entry.files)) {
      const { size } = await stat(join(path, name));
      if (size !== bytes) {
        throw new OctavecError('INDEX_DAMAGED', { path: join(path, name), why: `it has ${size} bytes, not ${bytes}` });
      }
    }
    const file = await open(join(path, segmentFiles.chunks), 'r');
    try {
      const lines = await readFile(join(path, segmentFiles.documents));
      return new Segment(path, entry, lines, file, await readTensors(path, entry.chunks));
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Returns what is stored about document i. */
  document(i: number): DocumentLine {
    const [start, end] = [this.#lineStarts[i], this.#lineStarts[i + 1]];
    return this.#parsed?.[i] ?? this.#parse(this.#lines.toString('utf8', start, end), segmentFiles.documents);
  }

  allDocuments(): readonly DocumentLine[] {
    this.#parsed ??= Array.from({ length: this.documents }, (_, i) => this.document(i));
    return this.#parsed;
  }

  /** Returns the first chunk of document i; for the number of documents, the number of chunks. */
  firstChunk(i: number): number {
    return this.#firstChunks[i];
  }

  /** Returns the document that a chunk belongs to. */
  documentOf(chunk: number): number {
    let low = 0;
    let high = this.documents - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (this.#firstChunks[middle] <= chunk) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  async chunk(i: number): Promise<Chunk> {
    return this.#parse((await this.chunkLines(i, i + 1)).toString(), segmentFiles.chunks);
  }

  /** Reads the lines of chunks as they stand in the file. */
  chunkLines(from: number, to: number): Promise<Buffer> {
    const start = this.#chunkStarts[from];
    return readRange(this.#chunkFile, join(this.#folder, segmentFiles.chunks), start, this.#chunkStarts[to] - start);
  }

  vector(chunk: number): Float32Array {
    return rowOf(this.vectors, chunk);
  }

  close(): Promise<void> {
    return this.#chunkFile.close();
  }

  #parse<Value>(line: string, name: string): Value {
    try {
      return JSON.parse(line);
    } catch (error) {
      throw new OctavecError('INDEX_DAMAGED', { path: join(this.#folder, name), why: reasonOf(error) }, error);
    }
  }
}

interface Tensors {
  readonly matrix: Matrix;
  readonly scanned: ScanRows;
  readonly error: number;
  readonly words: WordIndex;
  readonly lineStarts: Float64Array;
  readonly firstChunks: Float64Array;
  readonly chunkStarts: Float64Array;
}

async function readTensors(folder: string, chunks: number): Promise<Tensors> {
  const vectors = await openTensors(join(folder, segmentFiles.vectors));
  const tables = await openTensors(join(folder, segmentFiles.tables));
  const data = vectors.get('vectors', 'F32');
  const columns = chunks === 0 ? 0 : data.length / chunks;
  const matrix = { data, rows: chunks, columns };
  const scanned: ScanRows = vectors.has('codes')
    ? { kind: 'int8', data: vectors.get('codes', 'I8'), scales: vectors.get('scales', 'F32'), columns }
    : vectors.has('bits')
      ? { kind: 'binary', data: vectors.get('bits', 'U8'), columns }
      : { kind: 'float32', data, columns };
  return {
    matrix,
    scanned,
    error: vectors.has('error') ? vectors.get('error', 'F32')[0] : 0,
    words: {
      text: tables.get('words', 'U8'),
      textStarts: tables.get('words.starts', 'U32'),
      starts: tables.get('postings.starts', 'U32'),
      rows: tables.get('postings.rows', 'U32'),
      counts: tables.get('postings.counts', 'U8'),
      lengths: tables.get('lengths', 'U32'),
    },
    lineStarts: tables.get('documents.starts', 'F64'),
    firstChunks: tables.get('documents.chunks', 'F64'),
    chunkStarts: tables.get('chunks.starts', 'F64'),
  };
}
