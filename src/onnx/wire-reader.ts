import { wireType } from './schema.js';
import { maxVarintBytes, signed64 } from './varint.js';

/** What the bytes say cannot be. The decoder adds the file and the place. */
export class WireError extends Error {}

/** A position in the bytes of protocol buffers, and the ways to read on from it. Never reads beyond `end`. */
export class WireReader {
  readonly bytes: Uint8Array;
  position = 0;
  readonly #view: DataView;
  readonly #buffer: Buffer;
  readonly #utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  /** Halves of the varint that was read last. */
  #low = 0;
  #high = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  #need(length: number, end: number): void {
    if (length > end - this.position) {
      throw new WireError(`${length} bytes expected, ${end - this.position} left`);
    }
  }

  /** Passes over `length` bytes and returns them as a view. */
  take(length: number, end: number): Uint8Array {
    this.#need(length, end);
    this.position += length;
    return this.bytes.subarray(this.position - length, this.position);
  }

  /** Reads a length and returns where what it measures ends. */
  stop(end: number): number {
    const length = this.uint32(end);
    this.#need(length, end);
    return this.position + length;
  }

  /** Reads a tag or a length. */
  uint32(end: number): number {
    const byte = this.bytes[this.position];
    if (byte < 0x80 && this.position < end) {
      this.position++;
      return byte;
    }
    this.#varint(end);
    if (this.#high !== 0) {
      throw new WireError(`a tag or length of ${signed64(this.#low, this.#high)}`);
    }
    return this.#low;
  }

  /** Reads a signed integer that must fit a JavaScript number; `what` names it in the error. */
  integer(end: number, what: string): number {
    this.#varint(end);
    const value = (this.#high | 0) * 2 ** 32 + this.#low;
    if (!Number.isSafeInteger(value)) {
      throw new WireError(`${what} is ${signed64(this.#low, this.#high)}, beyond all measure`);
    }
    return value;
  }

  int64(end: number): bigint {
    this.#varint(end);
    return signed64(this.#low, this.#high);
  }

  float(end: number): number {
    this.#need(4, end);
    this.position += 4;
    return this.#view.getFloat32(this.position - 4, true);
  }

  /** Reads text from here to `stop`; undefined if it is not UTF-8. */
  text(stop: number): string | undefined {
    const start = this.position;
    this.position = stop;
    let ascii = true;
    for (let i = start; i < stop && ascii; i++) {
      ascii = this.bytes[i] < 0x80;
    }
    if (ascii) {
      return this.#buffer.toString('latin1', start, stop);
    }
    try {
      return this.#utf8.decode(this.bytes.subarray(start, stop));
    } catch {
      return undefined;
    }
  }

  /** Passes over a value of the tag's wire type. */
  skip(tag: number, end: number): void {
    switch (tag & 7) {
      case wireType.varint:
        this.#varint(end);
        break;
      case wireType.fixed64:
        this.take(8, end);
        break;
      case wireType.bytes:
        this.position = this.stop(end);
        break;
      case wireType.fixed32:
        this.take(4, end);
        break;
      default:
        throw new WireError(`wire type ${tag & 7}, which no ONNX field has`);
    }
  }

  /** Reads a varint into the two halves. */
  #varint(end: number): void {
    const bytes = this.bytes;
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 7 * maxVarintBytes; shift += 7) {
      if (this.position >= end) {
        throw new WireError('a number that does not end');
      }
      const byte = bytes[this.position++];
      const group = byte & 0x7f;
      if (shift < 32) {
        low |= group << shift;
      }
      if (shift > 25) {
        high |= shift < 32 ? group >>> (32 - shift) : group << (shift - 32);
      }
      if (byte < 0x80) {
        this.#low = low >>> 0;
        this.#high = high >>> 0;
        return;
      }
    }
    throw new WireError(`a number of more than ${maxVarintBytes} bytes`);
  }
}
