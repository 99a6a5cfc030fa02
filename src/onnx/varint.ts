/**
 * Varints of protocol buffers (https://protobuf.dev/programming-guides/encoding/#varints) by 32-bit halves: a varint is
 * a 64-bit number, two's complement when negative, and going through a bigint for each would cost most of the time.
 */

/** Ten bytes of seven bits hold the 64 of the longest varint. */
export const maxVarintBytes = 10;

/** Returns the lower 32 bits of a 64-bit number, unsigned. */
export function lowHalf(value: number | bigint): number {
  // ToUint32 is modulo 2^32, and exact for every safe integer.
  return typeof value === 'number' ? value >>> 0 : Number(BigInt.asUintN(32, value));
}

/** Returns the upper 32 bits of a 64-bit number, unsigned. */
export function highHalf(value: number | bigint): number {
  return typeof value === 'number' ? Math.floor(value / 2 ** 32) >>> 0 : Number(BigInt.asUintN(32, value >> 32n));
}

/** Joins two halves to a signed 64-bit number. */
export function signed64(low: number, high: number): bigint {
  return high === 0 ? BigInt(low) : BigInt.asIntN(64, (BigInt(high) << 32n) | BigInt(low));
}

/** Returns the bytes that a number takes as a varint. */
export function varintSize(value: number | bigint): number {
  if (value >= 0 && value < 0x80) {
    return 1;
  }
  const high = highHalf(value);
  const bits = high === 0 ? 32 - Math.clz32(lowHalf(value)) : 64 - Math.clz32(high);
  return bits === 0 ? 1 : Math.ceil(bits / 7);
}

/** Writes a varint into `target` at `position` and returns the position behind it. There must be room for ten bytes. */
export function putVarint(target: Uint8Array, position: number, value: number | bigint): number {
  if (value >= 0 && value < 0x80) {
    target[position] = Number(value);
    return position + 1;
  }
  let low = lowHalf(value);
  let high = highHalf(value);
  let at = position;
  while (high !== 0 || low > 0x7f) {
    target[at++] = (low & 0x7f) | 0x80;
    low = ((low >>> 7) | (high << 25)) >>> 0;
    high >>>= 7;
  }
  target[at++] = low;
  return at;
}

/**
 * Reads packed varints as 32-bit words: the lower half of each, or both halves, lower first (which is what a
 * little-endian array of 64-bit numbers is made of). `WireReader` has the same loop for single numbers: one loop for both
 * took more processor time.
 *
 * @returns undefined if the bytes are no row of varints
 */
export function varintWords(bytes: Uint8Array, wordsPerNumber: 1 | 2): Uint32Array | undefined {
  let count = 0;
  for (let i = 0; i < bytes.length; i++) {
    count += bytes[i] < 0x80 ? 1 : 0;
  }
  if (bytes.length > 0 && bytes[bytes.length - 1] >= 0x80) {
    return undefined;
  }
  const words = new Uint32Array(count * wordsPerNumber);
  let position = 0;
  for (let i = 0; i < words.length; i += wordsPerNumber) {
    let low = 0;
    let high = 0;
    for (let shift = 0; ; shift += 7) {
      if (shift === 7 * maxVarintBytes) {
        return undefined;
      }
      const byte = bytes[position++];
      const group = byte & 0x7f;
      if (shift < 32) {
        low |= group << shift;
      }
      if (shift > 25) {
        high |= shift < 32 ? group >>> (32 - shift) : group << (shift - 32);
      }
      if (byte < 0x80) {
        break;
      }
    }
    words[i] = low;
    if (wordsPerNumber === 2) {
      words[i + 1] = high;
    }
  }
  return words;
}
