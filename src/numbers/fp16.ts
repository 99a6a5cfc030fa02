/**
 * IEEE 754 binary16 (half precision) as raw 16-bit patterns. Rounding is to nearest, ties to even.
 * Source of the format: IEEE 754-2019, section 3.6.
 */

export const fp16Max = 65504;
/** The smallest positive half-precision number (subnormal), 2^-24. */
export const fp16Min = 2 ** -24;

const floatView = new Float32Array(1);
const bitsView = new Uint32Array(floatView.buffer);

/** Converts one float32 value to half-precision bits. Values beyond the range become infinities, NaN stays NaN. */
export function floatToHalf(value: number): number {
  floatView[0] = value;
  const bits = bitsView[0];
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) {
    return sign | 0x7e00;
  }
  // From 65520 on, rounding to nearest leaves the range.
  if (magnitude >= 0x477ff000) {
    return sign | 0x7c00;
  }
  if (magnitude < 0x38800000) {
    // Subnormal half: adding 0.5 lets the float unit round the ten remaining bits.
    floatView[0] = Math.abs(value) + 0.5;
    return sign | (bitsView[0] - 0x3f000000);
  }
  const rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1);
  return sign | ((rounded - 0x38000000) >>> 13);
}

/** Converts half-precision bits to the float32 value, exactly. */
export function halfToFloat(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >>> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) {
    bitsView[0] = sign | 0x7f800000 | (fraction << 13);
  } else if (exponent === 0) {
    const value = fraction * fp16Min;
    return sign === 0 ? value : -value;
  } else {
    bitsView[0] = sign | ((exponent + 112) << 23) | (fraction << 13);
  }
  return floatView[0];
}

let widened: Float32Array | undefined;

/** Returns all 65,536 half-precision numbers by their bits; the table is made on first use (256 kB). */
function widenedTable(): Float32Array {
  widened ??= Float32Array.from({ length: 0x10000 }, (_, half) => halfToFloat(half));
  return widened;
}

/** Converts half-precision bits [n] to float32 [n], exactly. */
export function halvesToFloats(halves: Uint16Array): Float32Array {
  const table = widenedTable();
  const floats = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i++) {
    floats[i] = table[halves[i]];
  }
  return floats;
}

/** Converts float32 [n] to half-precision bits [n]. */
export function floatsToHalves(floats: Float32Array): Uint16Array {
  const halves = new Uint16Array(floats.length);
  for (let i = 0; i < floats.length; i++) {
    halves[i] = floatToHalf(floats[i]);
  }
  return halves;
}

/** Converts bfloat16 numbers to float32, exactly: they are the upper halves of those. */
export function bfloatsToFloats(halves: Uint16Array): Float32Array {
  const words = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) {
    words[i] = halves[i] << 16;
  }
  return new Float32Array(words.buffer);
}
