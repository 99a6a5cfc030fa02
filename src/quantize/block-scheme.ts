/**
 * Block-wise quantization of weights: every block of consecutive values has a scale and a zero point, and a value is
 * (code − zero point) · scale. The form of ONNX Runtime's MatMulNBits and GatherBlockQuantized operators.
 */
export interface BlockScheme {
  readonly bits: 4 | 8;
  /** Values in a block: 16, 32, 64, 128 or 256. */
  readonly blockSize: number;
  /** Symmetric blocks have the zero point in the middle (8 or 128) and store none. */
  readonly symmetric: boolean;
  /** `mse` shrinks the range of a block where that lessens the squared error; `none` covers all values. */
  readonly clipping: 'none' | 'mse';
}

export interface BlockFit {
  readonly scale: number;
  readonly zeroPoint: number;
}

/** Shares of a block's full range that are tried, until two in a row have brought nothing. */
const shrinks = [1, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6];
const patience = 2;

/**
 * Chooses scale and zero point for the first `count` values of a block.
 *
 * @param importance weight of each value's squared error; all alike if left out
 */
export function fitBlock(
  values: Float32Array,
  count: number,
  scheme: BlockScheme,
  importance?: Float32Array,
): BlockFit {
  const range = rangeOf(values, count);
  const full = fitRange(range, scheme, 1);
  if (scheme.clipping === 'none' || full.scale === 0) {
    return full;
  }
  let best = full;
  let least = Number.POSITIVE_INFINITY;
  let inVain = 0;
  for (const shrink of shrinks) {
    const tried = fitRange(range, scheme, shrink);
    if (tried.scale === 0) {
      break;
    }
    const refined = refineScale(values, count, scheme, tried, importance);
    if (refined.error < least) {
      least = refined.error;
      best = refined.fit;
      inVain = 0;
    } else if (++inVain === patience) {
      break;
    }
  }
  return best;
}

/** Returns the code of a value: 0 … 2^bits − 1. A block of zeros has scale 0, and its values the zero point as code. */
export function encodeValue(value: number, { scale, zeroPoint }: BlockFit, bits: number): number {
  if (scale === 0) {
    return zeroPoint;
  }
  return nearestCode(Math.fround(value * Math.fround(1 / scale)) + zeroPoint, 2 ** bits - 1);
}

/** Writes the codes of a block's values, as {@link encodeValue} gives them, from a place on. */
export function encodeBlock(
  values: Float32Array,
  { scale, zeroPoint }: BlockFit,
  bits: number,
  codes: Uint8Array,
  at: number,
): void {
  const inverse = scale === 0 ? 0 : Math.fround(1 / scale);
  const top = 2 ** bits - 1;
  for (let i = 0; i < values.length; i++) {
    codes[at + i] = nearestCode(Math.fround(values[i] * inverse) + zeroPoint, top);
  }
}

/** Rounds as Math.round does, and many times faster. */
function nearestCode(place: number, top: number): number {
  const above = place + 0.5;
  return above < 0 ? 0 : above > top ? top : Math.trunc(above);
}

/** Zero is always within. */
interface BlockRange {
  readonly least: number;
  readonly largest: number;
}

function rangeOf(values: Float32Array, count: number): BlockRange {
  let least = 0;
  let largest = 0;
  for (let i = 0; i < count; i++) {
    const value = values[i];
    least = Math.min(value, least);
    largest = Math.max(value, largest);
  }
  return { least, largest };
}

function fitRange(range: BlockRange, scheme: BlockScheme, shrink: number): BlockFit {
  return scheme.symmetric ? fitSymmetric(range, scheme, shrink) : fitAsymmetric(range, scheme, shrink);
}

/**
 * Fits a scale and zero point to the whole range from the least to the largest value, zero included, in 2^bits − 1
 * steps.
 */
function fitAsymmetric({ least, largest }: BlockRange, { bits }: BlockScheme, shrink: number): BlockFit {
  const levels = 2 ** bits - 1;
  const scale = normalOrZero((shrink * Math.fround(largest - least)) / levels);
  if (scale === 0) {
    return { scale, zeroPoint: 0 };
  }
  const zeroPoint = Math.round(Math.fround((-shrink * least) / scale));
  return { scale, zeroPoint: Math.min(Math.max(zeroPoint, 0), levels) };
}

/**
 * Fits a scale so that the value of largest magnitude gets the outermost code, −2^(bits−1): the scale has the opposite
 * sign of that value.
 */
function fitSymmetric({ least, largest }: BlockRange, { bits }: BlockScheme, shrink: number): BlockFit {
  const outermost = -least > largest ? least : largest;
  const zeroPoint = 2 ** (bits - 1);
  return { scale: normalOrZero((shrink * outermost) / -zeroPoint), zeroPoint };
}

/** The smallest float32 with all its digits. The inverse of a finer scale may be infinite: such weights are zeros. */
const smallestScale = 2 ** -126;

function normalOrZero(scale: number): number {
  return scale !== 0 && Math.abs(scale) < smallestScale ? 0 : Math.fround(scale);
}

/** Returns the scale of least squared error for the codes that a first fit gives, and that error. */
function refineScale(
  values: Float32Array,
  count: number,
  { bits }: BlockScheme,
  fit: BlockFit,
  importance: Float32Array = allAlike,
): { readonly fit: BlockFit; readonly error: number } {
  const { scale, zeroPoint } = fit;
  sumErrors(values, importance, count, 1 / scale, zeroPoint, 2 ** bits - 1);
  const product = sums[0];
  const square = sums[1];
  const total = sums[2];
  if (square === 0) {
    return { fit, error: total };
  }
  // With s = product / square the error Σ w (v − s c)² becomes Σ w v² − product² / square.
  const refined = normalOrZero(product / square);
  // Zero would ask for other codes.
  return refined === 0
    ? { fit, error: total }
    : { fit: { scale: refined, zeroPoint }, error: total - (product * product) / square };
}

/** For the largest blocks. */
const allAlike = new Float32Array(256).fill(1);

/** Σ w c v, Σ w c², Σ w v² */
const sums = new Float64Array(3);

/** Sums errors in the innermost loop: with nothing but numbers and arrays of them it takes half the time. */
function sumErrors(
  values: Float32Array,
  weights: Float32Array,
  count: number,
  inverse: number,
  zeroPoint: number,
  top: number,
): void {
  let product = 0;
  let square = 0;
  let total = 0;
  for (let i = 0; i < count; i++) {
    const value = values[i];
    const code = nearestCode(value * inverse + zeroPoint, top) - zeroPoint;
    const weighted = weights[i] * code;
    product += weighted * value;
    square += weighted * code;
    total += weights[i] * value * value;
  }
  sums[0] = product;
  sums[1] = square;
  sums[2] = total;
}
