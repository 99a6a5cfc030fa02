import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { safetensorsPieces, type TensorSource } from '../../files/index.js';
import { type Matrix, signBits } from '../../numbers/index.js';
import type { VectorKind } from '../manifest.js';
import { int8Rows } from '../scan/codes.js';
import { type WordIndex, wordTensors } from '../text/word-index.js';
import type { DocumentLine } from './document-line.js';
import type { SegmentEntry } from './segment-list.js';
import { syncFolder, writeHashed } from './write-file.js';

/** Files of a segment. */
export const segmentFiles = {
  /** A line of JSON for each document: id, hash, number of chunks, metadata. */
  documents: 'documents.jsonl',
  /** A line of JSON for each chunk: text and place. */
  chunks: 'chunks.jsonl',
  /** Vectors as float32, and as the first pass takes them. */
  vectors: 'vectors.safetensors',
  /** Where lines begin, and the inverted index of words. */
  tables: 'tables.safetensors',
} as const;

/** What a segment is made of. */
export interface SegmentContent {
  readonly documents: readonly DocumentLine[];
  /** JSON of all chunks, document by document. */
  readonly chunkLines: () => Iterable<Buffer> | AsyncIterable<Buffer>;
  /** Vectors of all chunks, in pieces; asked for more than once. */
  readonly vectors: () => Iterable<Matrix>;
  readonly dimensions: number;
  readonly words: WordIndex;
}

/**
 * Writes a segment into a folder of its own. It belongs to the index once the list of segments names it.
 *
 * @throws OUTPUT_NOT_WRITABLE, DISK_FULL
 */
export async function writeSegment(
  folder: string,
  name: string,
  content: SegmentContent,
  kind: VectorKind,
): Promise<SegmentEntry> {
  const path = join(folder, name);
  await mkdir(path, { recursive: true });
  const lines = content.documents.map((document) => Buffer.from(`${JSON.stringify(document)}\n`));
  const chunks = content.documents.reduce((sum, document) => sum + document.chunks, 0);
  const chunkStarts = new Float64Array(chunks + 1);
  const numbered = async function* () {
    let chunk = 0;
    for await (const line of content.chunkLines()) {
      chunkStarts[chunk + 1] = chunkStarts[chunk] + line.length;
      chunk++;
      yield line;
    }
  };
  const files: SegmentEntry['files'] = {
    [segmentFiles.documents]: await writeHashed(join(path, segmentFiles.documents), lines),
    [segmentFiles.chunks]: await writeHashed(join(path, segmentFiles.chunks), numbered()),
    [segmentFiles.vectors]: await writeHashed(
      join(path, segmentFiles.vectors),
      safetensorsPieces(vectorTensors(content, chunks, kind)),
    ),
  };
  const tables: TensorSource[] = [
    { name: 'chunks.starts', type: 'F64', dims: [chunks + 1], parts: [chunkStarts] },
    startsTensor(
      'documents.starts',
      lines.map(({ length }) => length),
    ),
    startsTensor(
      'documents.chunks',
      content.documents.map((document) => document.chunks),
    ),
    ...wordTensors(content.words),
  ];
  files[segmentFiles.tables] = await writeHashed(join(path, segmentFiles.tables), safetensorsPieces(tables));
  await syncFolder(path);
  await syncFolder(folder);
  return { name, documents: content.documents.length, chunks, removed: [], files };
}

/** Makes a tensor of where each part begins, and where the last ends: [sizes + 1]. */
function startsTensor(name: string, sizes: readonly number[]): TensorSource {
  const starts = new Float64Array(sizes.length + 1);
  for (const [i, size] of sizes.entries()) {
    starts[i + 1] = starts[i] + size;
  }
  return { name, type: 'F64', dims: [starts.length], parts: [starts] };
}

function vectorTensors(content: SegmentContent, chunks: number, kind: VectorKind): TensorSource[] {
  const { dimensions, vectors } = content;
  const of = function* (part: (matrix: Matrix) => ArrayBufferView) {
    for (const matrix of vectors()) {
      yield part(matrix);
    }
  };
  const float32: TensorSource = {
    ...{ name: 'vectors', type: 'F32', dims: [chunks, dimensions] },
    parts: of(({ data }) => data),
  };
  if (kind === 'float32') {
    return [float32];
  }
  if (kind === 'binary') {
    const dims = [chunks, Math.ceil(dimensions / 8)];
    return [float32, { name: 'bits', type: 'U8', dims, parts: of(signBits) }];
  }
  const scales: Float32Array[] = [];
  const codes: Int8Array[] = [];
  let error = 0;
  for (const matrix of vectors()) {
    const rows = int8Rows(matrix);
    scales.push(rows.scales);
    codes.push(rows.codes);
    error = Math.max(error, rows.error);
  }
  return [
    float32,
    { name: 'scales', type: 'F32', dims: [chunks], parts: scales },
    { name: 'error', type: 'F32', dims: [1], parts: [Float32Array.of(error)] },
    { name: 'codes', type: 'I8', dims: [chunks, dimensions], parts: codes },
  ];
}
