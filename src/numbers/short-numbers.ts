/** Significant digits that tell any two float32 numbers apart. */
const mostDigits = 9;

/** Powers of ten that are exact as doubles. */
const powersOfTen = Array.from({ length: 23 }, (_, exponent) => 10 ** exponent);

/**
 * Returns the numbers with the fewest significant digits that are the given ones as float32: 0.046834882348775864 →
 * 0.046834882. Written by JavaScript (`String`, `JSON.stringify`) they take about half the characters.
 *
 * @param digits round to so many significant digits instead, 1 to 9
 */
export function shortNumbers(vector: Float32Array, digits?: number): number[] {
  // A loop, because Array.from takes several times as long.
  const numbers = new Array<number>(vector.length);
  for (let i = 0; i < vector.length; i++) {
    numbers[i] = shortNumber(vector[i], digits);
  }
  return numbers;
}

/**
 * Returns the JSON of {@link shortNumbers}, several times faster than `JSON.stringify`. NaN and infinity become null.
 */
export function shortNumbersAsJson(vector: Float32Array, digits?: number): string {
  const bytes = scratchOf(vector.length * longestNumber + 2);
  let at = 0;
  bytes[at++] = openingBracket;
  for (let i = 0; i < vector.length; i++) {
    if (i > 0) {
      bytes[at++] = comma;
    }
    const value = vector[i];
    const size = Math.abs(value);
    if (isComponent(size)) {
      if (value < 0) {
        bytes[at++] = minus;
      }
      at = writeComponent(bytes, at, size, digits);
    } else {
      at += bytes.write(JSON.stringify(shortNumber(value, digits)), at, 'latin1');
    }
  }
  bytes[at++] = closingBracket;
  return bytes.toString('latin1', 0, at);
}

const [openingBracket, closingBracket, comma, minus, point, zero, one] = Buffer.from('[],-.01');

/** "-1.2345678912345678e-300," has 25 characters. */
const longestNumber = 26;

/** Vectors of up to 2,000 numbers are written in the same memory: taking new memory costs as much as the numbers. */
const scratch = Buffer.allocUnsafeSlow(longestNumber * 2000 + 2);

function scratchOf(length: number): Buffer {
  return length <= scratch.length ? scratch : Buffer.allocUnsafe(length);
}

/** Writes "0." and the digits of a component behind it; gives the place behind these. */
function writeComponent(bytes: Buffer, start: number, size: number, digits: number | undefined): number {
  const exponent = exponentOf(size);
  let places = digits === undefined ? shortestPlaces(size, exponent) : digits - 1 - exponent;
  // At most nine digits, so that all that follows is done with integers of 32 bits.
  let whole = Math.round(size * powersOfTen[places]) | 0;
  let rest = (whole / 10) | 0;
  while (whole === rest * 10 && places > 1) {
    whole = rest;
    rest = (whole / 10) | 0;
    places--;
  }
  if (whole >= powersOfTen[places]) {
    bytes[start] = one;
    return start + 1;
  }
  bytes[start] = zero;
  bytes[start + 1] = point;
  for (let at = start + 1 + places; at > start + 1; at--) {
    bytes[at] = zero + whole - rest * 10;
    whole = rest;
    rest = (whole / 10) | 0;
  }
  return start + 2 + places;
}

function shortNumber(value: number, digits: number | undefined): number {
  const size = Math.abs(value);
  if (!(size > 0 && size < Number.POSITIVE_INFINITY)) {
    return value;
  }
  const exponent = exponentOf(size);
  const places = digits === undefined ? shortestPlaces(size, exponent) : digits - 1 - exponent;
  return value < 0 ? -rounded(size, places) : rounded(size, places);
}

/** Counts the decimal places of the shortest decimal number that gives the same float32; negative for large numbers. */
function shortestPlaces(size: number, exponent: number): number {
  let places = mostDigits - 2 - exponent;
  if (Math.fround(rounded(size, places)) !== size) {
    return places + 1;
  }
  // Most numbers end here after one or two; round ones and those near 0 go on.
  while (places > -exponent && Math.fround(rounded(size, places - 1)) === size) {
    places--;
  }
  return places;
}

/** Rounds a positive number to a number of decimal places. */
function rounded(size: number, places: number): number {
  // A whole number below 2^53 divided by an exact power of ten is the double nearest to the decimal number, so that it
  // is written with these digits.
  if (places >= 0 && places < powersOfTen.length) {
    return Math.round(size * powersOfTen[places]) / powersOfTen[places];
  }
  return Number(size.toExponential(Math.max(0, places + exponentOf(size))));
}

/**
 * Tells whether a number is of the size that components of vectors have; those are written faster than others. Smaller
 * ones are written with an exponent.
 */
function isComponent(size: number): boolean {
  return size < 1 && size >= 1e-6;
}

/** Returns the exponent of a positive number in decimal notation. */
function exponentOf(size: number): number {
  if (isComponent(size)) {
    let exponent = -1;
    while (size < 1 / powersOfTen[-exponent]) {
      exponent--;
    }
    return exponent;
  }
  return Number(size.toExponential().split('e')[1]);
}
