import { OctavecError } from '../base/index.js';
import { limits } from './limits.js';
import type { ModelProto } from './messages.js';
import { fieldLists, isMessageKind, type MessageName, type NamedField, schema, wireType } from './schema.js';

/**
 * Bytes of a ModelProto → the message. Tensor data are views into `bytes`: nothing large is copied.
 *
 * @param path what errors call the file
 * @throws ONNX_CORRUPT, ONNX_LIMIT
 */
export function decodeModel(bytes: Uint8Array, path: string): ModelProto {
  return new Decoder(bytes, path).message('ModelProto', 0, bytes.length, 0) as unknown as ModelProto;
}

const fieldsByNumber = Object.fromEntries(
  (Object.keys(schema) as MessageName[]).map((name) => [
    name,
    new Map(fieldLists[name].map((field) => [field.number, field])),
  ]),
) as unknown as { readonly [Name in MessageName]: ReadonlyMap<number, NamedField> };

type Draft = Record<string, unknown>;

class Decoder {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #path: string;
  readonly #text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  /** Keys and indices from the root to where the decoder stands, for error messages. */
  readonly #trail: string[] = [];
  #position = 0;
  #items = 0;

  constructor(bytes: Uint8Array, path: string) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#path = path;
  }

  message(name: MessageName, start: number, end: number, depth: number): Draft {
    if (depth > limits.depth) {
      this.#overLimit(`${limits.depth} levels of nesting`, 'deeper nesting');
    }
    const draft: Draft = {};
    for (const field of fieldLists[name]) {
      if (field.repeated) {
        draft[field.key] = [];
      }
    }
    const unknown: Uint8Array[] = [];
    this.#position = start;
    while (this.#position < end) {
      const fieldStart = this.#position;
      const tag = this.#uint32(end);
      const field = fieldsByNumber[name].get(tag >>> 3);
      if (field !== undefined && this.#read(draft, field, tag & 7, end, depth)) {
        continue;
      }
      this.#skip(tag, end);
      this.#countItem();
      unknown.push(this.#bytes.subarray(fieldStart, this.#position));
    }
    if (unknown.length > 0) {
      draft.unknownFields = unknown;
    }
    return draft;
  }

  /** Reads a known field into the draft; false if the wire type is not one that the field can have. */
  #read(draft: Draft, field: NamedField, wire: number, end: number, depth: number): boolean {
    const { key, kind } = field;
    if (isMessageKind(kind)) {
      if (wire !== wireType.bytes) {
        return false;
      }
      const stop = this.#length(end);
      const list = draft[key] as Draft[];
      this.#trail.push(field.repeated ? `${key}[${list.length}]` : key);
      const value = this.message(kind, this.#position, stop, depth + 1);
      this.#trail.pop();
      this.#put(draft, field, value);
      return true;
    }
    if (kind === 'string' || kind === 'bytes') {
      if (wire !== wireType.bytes) {
        return false;
      }
      const stop = this.#length(end);
      const bytes = this.#bytes.subarray(this.#position, stop);
      this.#put(draft, field, kind === 'bytes' ? bytes : this.#string(bytes, key));
      this.#position = stop;
      return true;
    }
    if (kind === 'packed-varint' || kind === 'packed-fixed32' || kind === 'packed-fixed64') {
      return this.#packed(draft, field, wire, end);
    }
    return this.#numbers(draft, field, wire, end);
  }

  /** A numeric field outside tensors, which may stand alone or, where repeated, packed. */
  #numbers(draft: Draft, field: NamedField, wire: number, end: number): boolean {
    const own = field.kind === 'float' ? wireType.fixed32 : wireType.varint;
    if (wire === own) {
      this.#put(draft, field, this.#number(field, end));
      return true;
    }
    if (wire !== wireType.bytes || !field.repeated) {
      return false;
    }
    const stop = this.#length(end);
    while (this.#position < stop) {
      this.#put(draft, field, this.#number(field, stop));
    }
    return true;
  }

  #number(field: NamedField, end: number): number | bigint {
    if (field.kind === 'float') {
      this.#need(4, end);
      this.#position += 4;
      return this.#view.getFloat32(this.#position - 4, true);
    }
    const value = this.#int64(end);
    if (field.kind === 'int64') {
      return value;
    }
    const small = Number(value);
    if (!Number.isSafeInteger(small)) {
      this.#corrupt(`${field.key} is ${value}`);
    }
    return small;
  }

  /** A numeric field of a tensor: its bytes are kept as they stand. */
  #packed(draft: Draft, field: NamedField, wire: number, end: number): boolean {
    const start = this.#position;
    let data: Uint8Array;
    if (wire === wireType.bytes) {
      const stop = this.#length(end);
      data = this.#bytes.subarray(this.#position, stop);
      this.#position = stop;
    } else if (wire === wireType.varint && field.kind === 'packed-varint') {
      this.#int64(end);
      data = this.#bytes.subarray(start, this.#position);
    } else if (wire === wireType.fixed32 && field.kind === 'packed-fixed32') {
      this.#need(4, end);
      data = this.#bytes.subarray(start, start + 4);
      this.#position += 4;
    } else if (wire === wireType.fixed64 && field.kind === 'packed-fixed64') {
      this.#need(8, end);
      data = this.#bytes.subarray(start, start + 8);
      this.#position += 8;
    } else {
      return false;
    }
    draft[field.key] = this.#append(draft[field.key] as Uint8Array | undefined, data, wire === wireType.bytes);
    return true;
  }

  /** Joins pieces of a packed field. A field that was written number by number may have millions of them. */
  #append(before: Uint8Array | undefined, more: Uint8Array, wasPacked: boolean): Uint8Array {
    if (before === undefined) {
      return wasPacked ? more : more.slice();
    }
    const length = before.length + more.length;
    // Room to grow is kept behind the view, so that n single numbers cost n, not n².
    const ownsBuffer = before.buffer !== this.#bytes.buffer;
    if (ownsBuffer && before.byteOffset + length <= before.buffer.byteLength) {
      const grown = new Uint8Array(before.buffer, before.byteOffset, length);
      grown.set(more, before.length);
      return grown;
    }
    const grown = new Uint8Array(new ArrayBuffer(length * 2), 0, length);
    grown.set(before);
    grown.set(more, before.length);
    return grown;
  }

  #put(draft: Draft, field: NamedField, value: unknown): void {
    this.#countItem();
    if (field.repeated) {
      (draft[field.key] as unknown[]).push(value);
    } else {
      draft[field.key] = value;
    }
  }

  #string(bytes: Uint8Array, key: string): string {
    try {
      return this.#text.decode(bytes);
    } catch {
      return this.#corrupt(`${key} is not UTF-8 text`);
    }
  }

  /** Passes over a field that the schema does not know. */
  #skip(tag: number, end: number): void {
    const wire = tag & 7;
    if (tag >>> 3 === 0) {
      this.#corrupt('field number 0');
    }
    if (wire === wireType.varint) {
      this.#int64(end);
    } else if (wire === wireType.fixed64) {
      this.#need(8, end);
      this.#position += 8;
    } else if (wire === wireType.bytes) {
      this.#position = this.#length(end);
    } else if (wire === wireType.fixed32) {
      this.#need(4, end);
      this.#position += 4;
    } else {
      this.#corrupt(`wire type ${wire}, which no ONNX field has`);
    }
  }

  /** Reads a length and returns where what it measures ends. */
  #length(end: number): number {
    const length = this.#uint32(end);
    this.#need(length, end);
    return this.#position + length;
  }

  #need(length: number, end: number): void {
    if (length > end - this.#position) {
      this.#corrupt(`${length} bytes expected, ${end - this.#position} left`);
    }
  }

  #uint32(end: number): number {
    const value = this.#int64(end);
    if (value < 0n || value > 0xffffffffn) {
      this.#corrupt(`tag or length ${value}`);
    }
    return Number(value);
  }

  /** A varint as a signed 64-bit number. */
  #int64(end: number): bigint {
    const bytes = this.#bytes;
    let low = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      this.#need(1, end);
      const byte = bytes[this.#position++];
      low |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        return BigInt(low);
      }
    }
    let value = BigInt(low);
    for (let shift = 28n; shift < 70n; shift += 7n) {
      this.#need(1, end);
      const byte = bytes[this.#position++];
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) {
        return BigInt.asIntN(64, value);
      }
    }
    return this.#corrupt('a number of more than ten bytes');
  }

  #countItem(): void {
    this.#items++;
    if (this.#items > limits.items) {
      this.#overLimit(`${limits.items} fields outside tensors`, 'more fields');
    }
  }

  #corrupt(why: string): never {
    throw new OctavecError('ONNX_CORRUPT', {
      path: this.#path,
      where: `${this.#trail.join('.') || 'the top level'} (byte ${this.#position})`,
      why,
    });
  }

  #overLimit(limit: string, found: string): never {
    throw new OctavecError('ONNX_LIMIT', {
      path: this.#path,
      limit,
      found: `${found} at ${this.#trail.slice(0, 6).join('.')}`,
    });
  }
}
