import { bytesOf, keysOf, OctavecError } from '../base/index.js';
import { limits } from './limits.js';
import type { ModelProto } from './messages.js';
import { fieldLists, type MessageName, type NamedField, wireType } from './schema.js';
import { WireError, WireReader } from './wire-reader.js';

/**
 * Decodes the bytes of a ModelProto. Tensor data are views into `bytes`: nothing large is copied.
 *
 * @param path what errors call the file
 * @throws ONNX_CORRUPT, ONNX_LIMIT
 * @example
 * ```ts
 * const proto = decodeModel(await readFile('model.onnx'), 'model.onnx');
 * ```
 */
export function decodeModel(bytes: Uint8Array, path: string): ModelProto {
  return new Decoder(bytes, path).model();
}

type Draft = Record<string, unknown>;

const messageNames = keysOf(fieldLists);

function byMessage<Value>(make: (fields: readonly NamedField[]) => Value): { readonly [Name in MessageName]: Value } {
  return Object.fromEntries(messageNames.map((name) => [name, make(fieldLists[name])])) as Record<MessageName, Value>;
}

const fieldsByNumber = byMessage((fields) => new Map(fields.map((field) => [field.number, field])));

/** All repeated fields that a message does not have are this one array: most are, and graphs have many messages. */
const nothing: readonly unknown[] = Object.freeze([]);
const emptyMessages = byMessage((fields) =>
  Object.fromEntries(fields.filter((field) => field.repeated).map((field) => [field.key, nothing])),
);

class Decoder {
  readonly #wire: WireReader;
  readonly #path: string;
  /** Keys and indices (-1: none) from the root to where the decoder stands, for error messages. */
  readonly #trail: (string | number)[] = [];
  #items = 0;
  #textBytes = 0;

  constructor(bytes: Uint8Array, path: string) {
    // A Buffer's slices are views; those of the plain array are what this code means.
    this.#wire = new WireReader(bytesOf(bytes));
    this.#path = path;
  }

  model(): ModelProto {
    try {
      const draft = { ...emptyMessages.ModelProto };
      return this.#message('ModelProto', this.#wire.bytes.length, 0, draft) as unknown as ModelProto;
    } catch (error) {
      if (error instanceof WireError) {
        const where = `${this.#place()} (byte ${this.#wire.position})`;
        throw new OctavecError('ONNX_CORRUPT', { path: this.#path, where, why: error.message });
      }
      throw error;
    }
  }

  /** Reads fields up to `end` into the draft. */
  #message(name: MessageName, end: number, depth: number, draft: Draft): Draft {
    if (depth > limits.depth) {
      this.#overLimit(`${limits.depth} levels of nesting`, 'deeper nesting');
    }
    const fields = fieldsByNumber[name];
    const wire = this.#wire;
    while (wire.position < end) {
      const fieldStart = wire.position;
      const tag = wire.uint32(end);
      const valueStart = wire.position;
      if (tag >>> 3 === 0) {
        throw new WireError('field number 0');
      }
      const field = fields.get(tag >>> 3);
      if (field !== undefined && this.#known(draft, field, tag & 7, end, depth)) {
        continue;
      }
      wire.position = valueStart;
      wire.skip(tag, end);
      this.#append(draft, 'unknownFields', wire.bytes.subarray(fieldStart, wire.position));
    }
    return draft;
  }

  /** Reads a field of the schema into the draft; false if it has a form that the field cannot have. */
  #known(draft: Draft, field: NamedField, found: number, end: number, depth: number): boolean {
    if (field.message !== undefined) {
      return found === wireType.bytes && this.#nested(draft, field, field.message, end, depth);
    }
    if (field.packed) {
      return this.#tensorNumbers(draft, field, found, end);
    }
    if (found === field.wire) {
      return this.#put(draft, field, this.#scalar(field, end));
    }
    return found === wireType.bytes && field.repeated && this.#packedNumbers(draft, field, end);
  }

  #nested(draft: Draft, field: NamedField, name: MessageName, end: number, depth: number): boolean {
    const stop = this.#wire.stop(end);
    const before = draft[field.key];
    this.#trail.push(field.key, field.repeated ? (before as readonly unknown[]).length : -1);
    // A message that should come once and comes in pieces is the sum of them, says the encoding.
    const into = field.repeated || before === undefined ? { ...emptyMessages[name] } : (before as Draft);
    this.#put(draft, field, this.#message(name, stop, depth + 1, into));
    this.#trail.length -= 2;
    return true;
  }

  #scalar(field: NamedField, end: number): unknown {
    const wire = this.#wire;
    switch (field.kind) {
      case 'int':
        return wire.integer(end, field.key);
      case 'int64':
        return wire.int64(end);
      case 'float':
        return wire.float(end);
      case 'bytes':
        return wire.take(wire.uint32(end), end);
      default:
        return this.#text(field.key, wire.stop(end));
    }
  }

  #text(key: string, stop: number): string | undefined {
    this.#textBytes += stop - this.#wire.position;
    if (this.#textBytes > limits.textBytes) {
      this.#overLimit(`${limits.textBytes} bytes of names and other text`, 'more text');
    }
    const text = this.#wire.text(stop);
    // Nothing depends on documentation, so it may be anything: it survives as an unknown field.
    if (text === undefined && key !== 'docString') {
      throw new WireError(`${key} is not UTF-8 text`);
    }
    return text;
  }

  /** Reads a packed run of repeated numbers outside tensors. */
  #packedNumbers(draft: Draft, field: NamedField, end: number): boolean {
    if (field.wire === wireType.bytes) {
      return false;
    }
    const stop = this.#wire.stop(end);
    while (this.#wire.position < stop) {
      this.#put(draft, field, this.#scalar(field, stop));
    }
    return true;
  }

  /** Keeps the numbers of a tensor as bytes, whether they come in one piece or one by one. */
  #tensorNumbers(draft: Draft, field: NamedField, found: number, end: number): boolean {
    const wire = this.#wire;
    const before = draft[field.key] as Uint8Array | undefined;
    if (found === wireType.bytes) {
      const data = wire.take(wire.uint32(end), end);
      draft[field.key] = before === undefined ? data : this.#joined(before, data);
      return true;
    }
    if (found !== field.wire) {
      return false;
    }
    const start = wire.position;
    wire.skip(found, end);
    draft[field.key] = this.#joined(before ?? new Uint8Array(), wire.bytes.subarray(start, wire.position));
    return true;
  }

  /** Joins pieces of numbers. What was written number by number may come in millions of them. */
  #joined(before: Uint8Array, more: Uint8Array): Uint8Array {
    const length = before.length + more.length;
    // Room to grow is kept behind the view, so that n pieces cost n, not n².
    const roomy = before.buffer !== this.#wire.bytes.buffer && length <= before.buffer.byteLength;
    const joined = roomy
      ? new Uint8Array(before.buffer, 0, length)
      : new Uint8Array(new ArrayBuffer(length * 2), 0, length);
    if (!roomy) {
      joined.set(before);
    }
    joined.set(more, before.length);
    return joined;
  }

  /** Sets or appends a value; false if there is none. */
  #put(draft: Draft, field: NamedField, value: unknown): boolean {
    if (value === undefined) {
      return false;
    }
    if (field.repeated) {
      this.#append(draft, field.key, value);
    } else {
      this.#countItem();
      draft[field.key] = value;
    }
    return true;
  }

  #append(draft: Draft, key: string, value: unknown): void {
    this.#countItem();
    const list = draft[key];
    if (list === undefined || list === nothing) {
      draft[key] = [value];
    } else {
      (list as unknown[]).push(value);
    }
  }

  #countItem(): void {
    this.#items++;
    if (this.#items > limits.items) {
      this.#overLimit(`${limits.items} fields outside tensors`, 'more fields');
    }
  }

  #overLimit(limit: string, found: string): never {
    throw new OctavecError('ONNX_LIMIT', { path: this.#path, limit, found: `${found} at ${this.#place()}` });
  }

  /** Names the place in the message: "graph.node[3].attribute[0]". */
  #place(): string {
    let place = '';
    for (let i = 0; i < this.#trail.length; i += 2) {
      const index = this.#trail[i + 1];
      place += `${i === 0 ? '' : '.'}${this.#trail[i]}${index === -1 ? '' : `[${index}]`}`;
    }
    return place === '' ? 'the top level' : place;
  }
}
