import { OctavecError } from '../base/index.js';

/** What a model of SentencePiece says, as far as a tokenizer is made of it. */
export interface SentencePieceModel {
  readonly pieces: readonly (readonly [piece: string, score: number])[];
  readonly isUnigram: boolean;
  /** Rules of normalising, as SentencePiece has compiled them. */
  readonly charsmap: Uint8Array;
}

const mostPieces = 2_000_000;

/**
 * Reads a model of SentencePiece, a protocol buffer.
 * Fields: https://github.com/google/sentencepiece/blob/master/src/sentencepiece_model.proto
 *
 * @throws TOKENIZER_INVALID
 */
export function readSentencePiece(bytes: Buffer, path: string): SentencePieceModel {
  const pieces: [string, number][] = [];
  let modelType = 1;
  let charsmap: Uint8Array = new Uint8Array();
  try {
    for (const { number, value } of fieldsOf(bytes)) {
      if (number === 1 && Buffer.isBuffer(value)) {
        pieces.push(pieceOf(value));
      } else if (number === 2 && Buffer.isBuffer(value)) {
        modelType = (fieldsOf(value).find((field) => field.number === 3)?.value as number | undefined) ?? modelType;
      } else if (number === 3 && Buffer.isBuffer(value)) {
        const found = fieldsOf(value).find((field) => field.number === 2)?.value;
        charsmap = Buffer.isBuffer(found) ? found : charsmap;
      }
    }
  } catch (error) {
    if (error instanceof RangeError) {
      throw new OctavecError('TOKENIZER_INVALID', { path, why: 'it is no model of SentencePiece, or cut off' }, error);
    }
    throw error;
  }
  if (pieces.length === 0 || pieces.length > mostPieces) {
    throw new OctavecError('TOKENIZER_INVALID', { path, why: `it has ${pieces.length} pieces` });
  }
  return { pieces, isUnigram: modelType === 1, charsmap };
}

function pieceOf(bytes: Buffer): [string, number] {
  const fields = fieldsOf(bytes);
  const text = fields.find(({ number }) => number === 1)?.value;
  const score = fields.find(({ number, wire }) => number === 2 && wire === 5)?.value;
  return [Buffer.isBuffer(text) ? text.toString('utf8') : '', Buffer.isBuffer(score) ? score.readFloatLE() : 0];
}

interface Field {
  readonly number: number;
  readonly wire: number;
  /** A number of varints, bytes of all others. */
  readonly value: number | Buffer;
}

/**
 * Parses the fields of a protocol buffer.
 *
 * @throws RangeError for what is no protocol buffer
 */
function fieldsOf(bytes: Buffer): Field[] {
  const fields: Field[] = [];
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let shift = 0; shift < 10; shift++) {
      const byte = bytes.readUInt8(at++);
      value += (byte & 0x7f) * 2 ** (7 * shift);
      if (byte < 0x80) {
        return value;
      }
    }
    throw new RangeError('a number without end');
  };
  while (at < bytes.length) {
    const tag = varint();
    const [number, wire] = [Math.floor(tag / 8), tag % 8];
    if (wire === 0) {
      fields.push({ number, wire, value: varint() });
      continue;
    }
    const length = { 1: 8, 2: wire === 2 ? varint() : 0, 5: 4 }[wire];
    if (length === undefined || at + length > bytes.length) {
      throw new RangeError('a field that reaches beyond the end');
    }
    fields.push({ number, wire, value: bytes.subarray(at, at + length) });
    at += length;
  }
  return fields;
}
