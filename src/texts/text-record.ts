import { isRecord, OctavecError } from '../base/index.js';
import { closable } from './closable.js';
import { rawNumber } from './raw-number.js';
import type { Row } from './row.js';

/** A text, and what it is known by where it comes from. */
export interface TextRecord {
  /** The text. */
  readonly text: string;
  /** "id" (or "_id") of a JSON line or of a row. */
  readonly id?: RecordId;
  /** Where it stands: "line 7". */
  readonly place?: string;
}

/** A whole number beyond 2^53 is a bigint, so that it keeps its digits. */
export type RecordId = string | number | bigint;

/** Texts that come one after the other. */
export interface TextSource {
  /** What errors call it: a file's path. */
  readonly name: string;
  /** The texts, in their order. */
  readonly records: AsyncIterable<TextRecord>;
  /** Returns the share that has been read, from 0 to 1, or undefined where the length is not known. */
  share(): number | undefined;
  /** Counts the empty lines passed over so far, where they are not texts. */
  emptyLines?(): number;
  /** Counts the lines that were read with U+FFFD in place of what is not UTF-8. */
  lossyLines?(): number;
}

/** Returns texts without ids as a source. */
export function textsAsSource(texts: readonly string[]): TextSource {
  const records = async function* () {
    yield* texts.map((text) => ({ text }));
  };
  return { name: 'texts', records: { [Symbol.asyncIterator]: records }, share: () => undefined };
}

/** Reads one source after the other, under the name of the last. */
export function joinSources(first: TextSource, second: TextSource): TextSource {
  const iterators = [first, second].map(({ records }) => records[Symbol.asyncIterator]());
  const joined = async function* () {
    for (const iterator of iterators) {
      for (let result = await iterator.next(); !result.done; result = await iterator.next()) {
        yield result.value;
      }
    }
  };
  const close = () => {
    for (const iterator of iterators) {
      iterator.return?.().catch(() => undefined);
    }
  };
  return {
    name: second.name,
    records: closable(joined(), close),
    share: () => second.share(),
    emptyLines: () => (first.emptyLines?.() ?? 0) + (second.emptyLines?.() ?? 0),
    lossyLines: () => (first.lossyLines?.() ?? 0) + (second.lossyLines?.() ?? 0),
  };
}

/**
 * Returns the source, and refuses it while reading if it is empty.
 *
 * @throws TEXTS_INVALID at its end, if it had no text
 */
export function someTexts(source: TextSource): TextSource {
  const iterator = source.records[Symbol.asyncIterator]();
  const counted = async function* () {
    let result = await iterator.next();
    if (result.done) {
      throw new OctavecError('TEXTS_INVALID', { path: source.name, why: 'there are none' });
    }
    for (; !result.done; result = await iterator.next()) {
      yield result.value;
    }
  };
  const close = () => {
    iterator.return?.().catch(() => undefined);
  };
  return { ...source, records: closable(counted(), close) };
}

/** A line or row without a text. */
export interface InvalidRow {
  /** "line 7" */
  readonly place: string;
  /** "is not JSON" */
  readonly problem: string;
}

/**
 * Makes a record of a row: a string, or an object with the text in `field`.
 *
 * @returns or what is wrong with it
 */
export function recordOfRow(row: Row, field: string): TextRecord | InvalidRow {
  if ('problem' in row) {
    return row;
  }
  const { place, value, json } = row;
  if (typeof value === 'string') {
    return { text: value, place };
  }
  const fields = isRecord(value) ? value : {};
  const text = Object.hasOwn(fields, field) ? fields[field] : undefined;
  if (typeof text !== 'string') {
    return { place, problem: `holds neither a string nor a "${field}"${hint(fields)}` };
  }
  const id = idOf(fields.id ?? fields._id);
  if (id === undefined) {
    return { text, place };
  }
  const isInexact = json !== undefined && typeof id === 'number' && Math.abs(id) > Number.MAX_SAFE_INTEGER;
  return { text, id: isInexact ? exactId(json, id) : id, place };
}

/** Returns a whole number of JSON with all its digits. */
function exactId(json: string, id: number): RecordId {
  const digits = rawNumber(json, 'id') ?? rawNumber(json, '_id') ?? '';
  return /^-?\d+$/.test(digits) ? BigInt(digits) : Number.isFinite(id) ? id : digits;
}

/** Suggests which field may have been meant. */
function hint(fields: Readonly<Record<string, unknown>>): string {
  const names = Object.keys(fields).filter((name) => typeof fields[name] === 'string');
  return names.length === 0 ? '' : `; there is ${names.map((name) => `"${name}"`).join(', ')}, which --field can name`;
}

function idOf(value: unknown): RecordId | undefined {
  if (typeof value === 'bigint') {
    return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  }
  return typeof value === 'string' || typeof value === 'number' ? value : undefined;
}
