import type { Message, ModelProto } from './messages.js';
import { PieceList } from './piece-list.js';
import { fieldLists, type MessageName, type NamedField } from './schema.js';
import { varintSize } from './varint.js';

/**
 * Returns the size of a ModelProto in bytes when it is written.
 *
 * @example
 * ```ts
 * const bytes = encodedSize(model.proto);
 * ```
 */
export function encodedSize(model: ModelProto): number {
  return measure('ModelProto', model, []);
}

/**
 * Encodes a ModelProto as the bytes of its file, in pieces: large tensor data are passed on, not copied. Known fields
 * come in the order of their numbers, unknown ones after them.
 *
 * @example
 * ```ts
 * const bytes = Buffer.concat(encodeModel(model.proto));
 * ```
 */
export function encodeModel(model: ModelProto): readonly Uint8Array[] {
  const sizes: number[] = [];
  measure('ModelProto', model, sizes);
  return new Writer(sizes).model(model);
}

type Fields = Readonly<Record<string, unknown>>;

/** Measures a message. Its size and those of all messages in it are added to `sizes`, in the order of writing. */
function measure(name: MessageName, message: Message, sizes: number[]): number {
  const place = sizes.push(0) - 1;
  let size = 0;
  for (const field of fieldLists[name]) {
    const value = (message as Fields)[field.key];
    if (value === undefined) {
      continue;
    }
    if (!field.repeated) {
      size += field.tagSize + valueSize(field, value, sizes);
      continue;
    }
    for (const item of value as readonly unknown[]) {
      size += field.tagSize + valueSize(field, item, sizes);
    }
  }
  for (const unknown of message.unknownFields ?? []) {
    size += unknown.length;
  }
  sizes[place] = size;
  return size;
}

function valueSize(field: NamedField, value: unknown, sizes: number[]): number {
  switch (field.kind) {
    case 'float':
      return 4;
    case 'int':
    case 'int64':
      return varintSize(value as number | bigint);
    case 'string':
      return withLength(Buffer.byteLength(value as string));
    default:
      return withLength(
        field.message === undefined ? (value as Uint8Array).length : measure(field.message, value as Message, sizes),
      );
  }
}

function withLength(size: number): number {
  return varintSize(size) + size;
}

class Writer {
  readonly #sizes: readonly number[];
  readonly #pieces = new PieceList();
  #nextSize = 0;

  constructor(sizes: readonly number[]) {
    this.#sizes = sizes;
  }

  model(model: ModelProto): readonly Uint8Array[] {
    this.#message('ModelProto', model);
    return this.#pieces.finish();
  }

  #message(name: MessageName, message: Message): void {
    // The size, which the caller wrote.
    this.#nextSize++;
    for (const field of fieldLists[name]) {
      const value = (message as Fields)[field.key];
      if (value === undefined) {
        continue;
      }
      if (!field.repeated) {
        this.#field(field, value);
        continue;
      }
      for (const item of value as readonly unknown[]) {
        this.#field(field, item);
      }
    }
    for (const unknown of message.unknownFields ?? []) {
      this.#pieces.bytes(unknown);
    }
  }

  #field(field: NamedField, value: unknown): void {
    const pieces = this.#pieces;
    pieces.varint(field.tag);
    switch (field.kind) {
      case 'float':
        pieces.float(value as number);
        break;
      case 'int':
      case 'int64':
        pieces.varint(value as number | bigint);
        break;
      case 'string':
        pieces.text(value as string);
        break;
      default:
        if (field.message !== undefined) {
          pieces.varint(this.#sizes[this.#nextSize]);
          this.#message(field.message, value as Message);
        } else {
          pieces.varint((value as Uint8Array).length);
          pieces.bytes(value as Uint8Array);
        }
    }
  }
}
