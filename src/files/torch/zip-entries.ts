import type { FileHandle } from 'node:fs/promises';
import { OctavecError } from '../../base/index.js';
import { readRange } from '../safetensors-file.js';

/** A file in an archive, stored as it is. */
export interface ZipEntry {
  /** Where its first byte is in the archive. */
  readonly offset: number;
  readonly bytes: number;
}

const limits = { entries: 100_000, directoryBytes: 64 * 2 ** 20, commentBytes: 65_535 } as const;

const endRecord = 0x06054b50;
const endRecordBytes = 22;
const endLocator64 = 0x07064b50;
const endRecord64 = 0x06064b50;
const directoryEntry = 0x02014b50;
const localHeader = 0x04034b50;
const localHeaderBytes = 30;
const encrypted = 1;
/** What stands for a number that is in a field of 64 bits. */
const elsewhere = 0xffffffff;

/**
 * Lists the entries of a zip archive whose files are neither compressed nor encrypted, as PyTorch writes them. Format:
 * APPNOTE.TXT of PKWARE, sections 4.3 and 4.5.3.
 *
 * @throws WEIGHTS_INVALID
 */
export async function zipEntries(file: FileHandle, path: string): Promise<ReadonlyMap<string, ZipEntry>> {
  const { size } = await file.stat();
  const { start, length, count } = await findDirectory(file, path, size);
  if (count > limits.entries || length > limits.directoryBytes || start + length > size) {
    throw invalid(path, `its directory claims ${count} files in ${length} bytes`);
  }
  const directory = await readRange(file, path, start, length);
  const entries = new Map<string, ZipEntry>();
  let position = 0;
  for (let i = 0; i < count; i++) {
    const entry = readEntry(directory, position, path);
    position = entry.end;
    if (entries.has(entry.name)) {
      throw invalid(path, `it has two files "${entry.name}"`);
    }
    entries.set(entry.name, { offset: await dataStart(file, path, size, entry), bytes: entry.bytes });
  }
  return entries;
}

async function findDirectory(file: FileHandle, path: string, size: number) {
  const tailStart = Math.max(0, size - endRecordBytes - limits.commentBytes);
  const tail = await readRange(file, path, tailStart, size - tailStart);
  let end = tail.length - endRecordBytes;
  while (end >= 0 && tail.readUInt32LE(end) !== endRecord) {
    end--;
  }
  if (end < 0) {
    throw invalid(path, 'it is cut off, or no zip archive: the end of its directory is missing');
  }
  const locator = end - 20;
  if (locator < 0 || tail.readUInt32LE(locator) !== endLocator64) {
    const [count, length, start] = [
      tail.readUInt16LE(end + 10),
      tail.readUInt32LE(end + 12),
      tail.readUInt32LE(end + 16),
    ];
    return { count, length, start };
  }
  const place = Number(tail.readBigUInt64LE(locator + 8));
  if (place + 56 > size) {
    throw invalid(path, 'the end of its directory lies outside of it');
  }
  const record = await readRange(file, path, place, 56);
  if (record.readUInt32LE(0) !== endRecord64) {
    throw invalid(path, 'the end of its directory is damaged');
  }
  const [count, length, start] = [32, 40, 48].map((offset) => Number(record.readBigUInt64LE(offset)));
  return { count, length, start };
}

interface DirectoryEntry {
  readonly name: string;
  readonly bytes: number;
  readonly header: number;
  /** Where the next one begins in the directory. */
  readonly end: number;
}

function readEntry(directory: Buffer, start: number, path: string): DirectoryEntry {
  if (start + 46 > directory.length || directory.readUInt32LE(start) !== directoryEntry) {
    throw invalid(path, 'its directory is damaged');
  }
  const [flags, method] = [directory.readUInt16LE(start + 8), directory.readUInt16LE(start + 10)];
  const [nameLength, extraLength, commentLength] = [28, 30, 32].map((offset) => directory.readUInt16LE(start + offset));
  const extraStart = start + 46 + nameLength;
  const end = extraStart + extraLength + commentLength;
  if (end > directory.length) {
    throw invalid(path, 'its directory is damaged');
  }
  const name = directory.toString('utf8', start + 46, extraStart);
  if (method !== 0 || (flags & encrypted) !== 0) {
    throw invalid(path, `"${name}" in it is compressed or encrypted, which PyTorch never does`);
  }
  const short = [24, 20, 42].map((offset) => directory.readUInt32LE(start + offset));
  const long = longNumbers(directory.subarray(extraStart, extraStart + extraLength));
  const [bytes, stored, header] = short.map((value) => (value === elsewhere ? (long.shift() ?? -1) : value));
  if (bytes !== stored || bytes < 0 || header < 0) {
    throw invalid(path, `"${name}" in it has sizes that contradict each other`);
  }
  return { name, bytes, header, end };
}

/** Reads the 64-bit numbers of an entry, in the order of the fields that they stand for. */
function longNumbers(extra: Buffer): number[] {
  for (let at = 0; at + 4 <= extra.length; ) {
    const [id, length] = [extra.readUInt16LE(at), extra.readUInt16LE(at + 2)];
    if (id === 1) {
      const field = extra.subarray(at + 4, at + 4 + length);
      return Array.from({ length: Math.floor(field.length / 8) }, (_, i) => Number(field.readBigUInt64LE(8 * i)));
    }
    at += 4 + length;
  }
  return [];
}

/**
 * Finds where the data of an entry start: after its own header, whose fields may be longer than those of the directory,
 * since PyTorch aligns data so.
 */
async function dataStart(file: FileHandle, path: string, size: number, { name, header, bytes }: DirectoryEntry) {
  const outside = () => invalid(path, `"${name}" in it lies outside of the file`);
  if (header + localHeaderBytes > size) {
    throw outside();
  }
  const local = await readRange(file, path, header, localHeaderBytes);
  if (local.readUInt32LE(0) !== localHeader) {
    throw invalid(path, `"${name}" in it has no header where its directory says`);
  }
  const start = header + localHeaderBytes + local.readUInt16LE(26) + local.readUInt16LE(28);
  if (start + bytes > size) {
    throw outside();
  }
  return start;
}

function invalid(path: string, why: string): OctavecError {
  return new OctavecError('WEIGHTS_INVALID', { path, why });
}
