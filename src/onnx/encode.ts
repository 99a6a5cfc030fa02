import type { Message, ModelProto } from './messages.js';
import { fieldLists, isMessageKind, type MessageName, type NamedField, wireType } from './schema.js';

/** What a ModelProto takes in bytes when it is written. */
export function encodedSize(model: ModelProto): number {
  return new Sizes().of('ModelProto', model);
}

/**
 * A ModelProto → the bytes of its file, piece by piece: large tensor data are handed through, not copied. Known fields
 * come in the order of their numbers, unknown ones behind them.
 */
export function* encodeModel(model: ModelProto): Generator<Uint8Array> {
  const sizes = new Sizes();
  const pieces = new Pieces();
  sizes.of('ModelProto', model);
  yield* writeMessage('ModelProto', model, sizes, pieces);
  yield* pieces.flush();
}

type Fields = Readonly<Record<string, unknown>>;

const utf8 = new TextEncoder();

/** Sizes of messages, each computed once. */
class Sizes {
  readonly #known = new Map<Message, number>();

  of(name: MessageName, message: Message): number {
    const known = this.#known.get(message);
    if (known !== undefined) {
      return known;
    }
    let size = 0;
    for (const field of fieldLists[name]) {
      for (const value of valuesOf(message, field)) {
        size += varintSize(BigInt(field.number << 3)) + this.#ofValue(field, value);
      }
    }
    for (const unknown of message.unknownFields ?? []) {
      size += unknown.length;
    }
    this.#known.set(message, size);
    return size;
  }

  #ofValue(field: NamedField, value: unknown): number {
    const { kind } = field;
    if (kind === 'float') {
      return 4;
    }
    if (kind === 'int' || kind === 'int64') {
      return varintSize(BigInt(value as number | bigint));
    }
    const length = isMessageKind(kind)
      ? this.of(kind, value as Message)
      : kind === 'string'
        ? Buffer.byteLength(value as string)
        : (value as Uint8Array).length;
    return varintSize(BigInt(length)) + length;
  }
}

function valuesOf(message: Message, field: NamedField): readonly unknown[] {
  const value = (message as Fields)[field.key];
  if (value === undefined) {
    return [];
  }
  return field.repeated ? (value as readonly unknown[]) : [value];
}

function* writeMessage(name: MessageName, message: Message, sizes: Sizes, pieces: Pieces): Generator<Uint8Array> {
  for (const field of fieldLists[name]) {
    const { kind } = field;
    for (const value of valuesOf(message, field)) {
      if (isMessageKind(kind)) {
        pieces.tag(field.number, wireType.bytes);
        pieces.varint(BigInt(sizes.of(kind, value as Message)));
        yield* writeMessage(kind, value as Message, sizes, pieces);
      } else if (kind === 'float') {
        pieces.tag(field.number, wireType.fixed32);
        pieces.float(value as number);
      } else if (kind === 'int' || kind === 'int64') {
        pieces.tag(field.number, wireType.varint);
        pieces.varint(BigInt(value as number | bigint));
      } else {
        const bytes = kind === 'string' ? utf8.encode(value as string) : (value as Uint8Array);
        pieces.tag(field.number, wireType.bytes);
        pieces.varint(BigInt(bytes.length));
        yield* pieces.bytes(bytes);
      }
    }
  }
  for (const unknown of message.unknownFields ?? []) {
    yield* pieces.bytes(unknown);
  }
}

/** Gathers small writes; lets large ones pass. */
class Pieces {
  static readonly #capacity = 64 * 1024;
  /** Room for what `tag`, `varint` and `float` add between two checks. */
  static readonly #reserve = 64;
  #buffer = Buffer.allocUnsafe(Pieces.#capacity);
  #length = 0;

  tag(number: number, wire: number): void {
    this.varint(BigInt((number << 3) | wire));
  }

  varint(value: bigint): void {
    let rest = BigInt.asUintN(64, value);
    this.#grow(10);
    while (rest > 0x7fn) {
      this.#buffer[this.#length++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    this.#buffer[this.#length++] = Number(rest);
  }

  float(value: number): void {
    this.#grow(4);
    this.#length = this.#buffer.writeFloatLE(value, this.#length);
  }

  *bytes(bytes: Uint8Array): Generator<Uint8Array> {
    if (this.#length + bytes.length > Pieces.#capacity - Pieces.#reserve) {
      yield* this.flush();
    }
    if (bytes.length > Pieces.#capacity / 4) {
      yield* this.flush();
      yield bytes;
      return;
    }
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  *flush(): Generator<Uint8Array> {
    if (this.#length > 0) {
      yield this.#buffer.subarray(0, this.#length);
      this.#buffer = Buffer.allocUnsafe(Pieces.#capacity);
      this.#length = 0;
    }
  }

  #grow(more: number): void {
    if (this.#length + more > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(this.#buffer.length * 2);
      this.#buffer.copy(larger);
      this.#buffer = larger;
    }
  }
}

function varintSize(value: bigint): number {
  let rest = BigInt.asUintN(64, value);
  let size = 1;
  while (rest > 0x7fn) {
    size++;
    rest >>= 7n;
  }
  return size;
}
