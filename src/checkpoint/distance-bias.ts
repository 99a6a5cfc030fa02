/** Distances beyond this share a bucket. */
const mostDistance = 128;

/**
 * Writes out T5's relative positions, as MPNet has them: rows of a table of buckets, by distance.
 *
 * @param buckets [buckets × heads]
 * @returns [(2 tokens - 1) × heads]: key j for query i has row j - i + tokens - 1
 */
export function relativeTable(values: Float32Array, buckets: number, heads: number, tokens: number): Float32Array {
  const table = new Float32Array((2 * tokens - 1) * heads);
  for (let row = 0; row < 2 * tokens - 1; row++) {
    const bucket = bucketOf(row - tokens + 1, buckets);
    table.set(values.subarray(bucket * heads, (bucket + 1) * heads), row * heads);
  }
  return table;
}

/**
 * Returns the bucket of a distance. Half of the buckets are for keys behind the query; of each half, a half stands for
 * one distance each, the rest are logarithmic.
 */
function bucketOf(distance: number, buckets: number): number {
  const half = Math.floor(buckets / 2);
  const behind = distance > 0 ? half : 0;
  const far = Math.abs(distance);
  const exact = Math.floor(half / 2);
  if (far < exact) {
    return behind + far;
  }
  // In float32, as PyTorch has it: at powers of two the floor would tip otherwise.
  const share = Math.fround(Math.fround(Math.log(Math.fround(far / exact))) / Math.log(mostDistance / exact));
  return behind + Math.min(half - 1, exact + Math.trunc(Math.fround(share * (half - exact))));
}

/**
 * Returns ALiBi's slopes: 2^(-8 (h + 1) / n), and for a number of heads that is no power of two some of the next one's.
 */
export function alibiSlopes(heads: number): Float32Array {
  const ofPower = (count: number) => Array.from({ length: count }, (_, head) => 2 ** ((-8 * (head + 1)) / count));
  const power = 2 ** Math.floor(Math.log2(heads));
  const further = ofPower(2 * power).filter((_, head) => head % 2 === 0);
  return Float32Array.from([...ofPower(power), ...further].slice(0, heads));
}
