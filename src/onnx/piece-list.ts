import { maxVarintBytes, putVarint } from './varint.js';

/** Small writes are gathered in blocks of this size; half as much goes through as a piece of its own. */
const blockBytes = 64 * 1024;

/** Bytes that grow at the end: small writes are gathered in blocks, large ones are kept as the views that they are. */
export class PieceList {
  readonly #pieces: Uint8Array[] = [];
  #block = Buffer.allocUnsafe(blockBytes);
  /** Where the part of the block begins that is not among the pieces yet. */
  #start = 0;
  #end = 0;

  varint(value: number | bigint): void {
    this.#room(maxVarintBytes);
    this.#end = putVarint(this.#block, this.#end, value);
  }

  /** Appends a float32, little-endian. */
  float(value: number): void {
    this.#room(4);
    this.#end = this.#block.writeFloatLE(value, this.#end);
  }

  /** Appends text in UTF-8, its length before it. */
  text(text: string): void {
    const length = Buffer.byteLength(text);
    this.varint(length);
    if (length > blockBytes / 2) {
      this.bytes(Buffer.from(text));
      return;
    }
    this.#room(length);
    this.#end += this.#block.write(text, this.#end);
  }

  bytes(bytes: Uint8Array): void {
    if (bytes.length > blockBytes / 2) {
      this.#flush();
      this.#pieces.push(bytes);
      return;
    }
    this.#room(bytes.length);
    this.#block.set(bytes, this.#end);
    this.#end += bytes.length;
  }

  finish(): readonly Uint8Array[] {
    this.#flush();
    return this.#pieces;
  }

  #flush(): void {
    if (this.#end > this.#start) {
      this.#pieces.push(this.#block.subarray(this.#start, this.#end));
      this.#start = this.#end;
    }
  }

  #room(length: number): void {
    if (this.#end + length > this.#block.length) {
      this.#flush();
      this.#block = Buffer.allocUnsafe(blockBytes);
      this.#start = 0;
      this.#end = 0;
    }
  }
}
