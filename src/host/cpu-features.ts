/** The instruction sets that decide how fast a quantized model runs, read off the words of /proc/cpuinfo. */
export interface CpuFeatures {
  /** What is there, as people call it, the most capable first: "AMX INT8", "AVX-512 VNNI", "AVX2". */
  readonly names: readonly string[];
  /**
   * What multiplies bytes.
   *
   * - `matrix`: whole tiles (AMX, i8mm): INT8 pays most
   * - `dot`: exact products of four bytes (VNNI, dotprod): INT8 pays
   * - `saturating`: AVX2 or AVX-512 without VNNI: sums of two products are cut off at 16 bits, INT8 pays, but less
   * - `none`: INT8 does not pay
   * - `unknown`: this system does not tell
   */
  readonly int8: 'matrix' | 'dot' | 'saturating' | 'none' | 'unknown';
}

type Int8 = CpuFeatures['int8'];

/** Words of /proc/cpuinfo, the most capable first. */
const known: readonly (readonly [flag: string, name: string, int8?: Int8])[] = [
  ['amx_int8', 'AMX INT8', 'matrix'],
  ['amx_bf16', 'AMX BF16'],
  ['avx512_vnni', 'AVX-512 VNNI', 'dot'],
  ['avx_vnni', 'AVX-VNNI', 'dot'],
  ['avx512f', 'AVX-512', 'saturating'],
  ['avx2', 'AVX2', 'saturating'],
  ['fma', 'FMA'],
  ['f16c', 'F16C'],
  // ARM
  ['i8mm', 'NEON i8mm', 'matrix'],
  ['asimddp', 'NEON dot product', 'dot'],
  ['sve', 'SVE'],
  ['asimdhp', 'NEON FP16'],
  ['asimd', 'NEON', 'none'],
];

/**
 * Finds the instruction sets that matter for INT8.
 *
 * @param flags words of /proc/cpuinfo; none on systems without it
 * @param platform "linux-x64"
 */
export function cpuFeatures(flags: readonly string[], platform: string): CpuFeatures {
  if (flags.length === 0) {
    // Every Apple processor for computers has the dot product.
    const isApple = platform === 'darwin-arm64';
    return isApple ? { names: ['NEON dot product'], int8: 'dot' } : { names: [], int8: 'unknown' };
  }
  const found = known.filter(([flag]) => flags.includes(flag));
  return { names: found.map(([, name]) => name), int8: found.find(([, , int8]) => int8 !== undefined)?.[2] ?? 'none' };
}
