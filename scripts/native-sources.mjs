/** What the native engine is compiled from, and how: shared by the build and by the tests of the core. */
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
export const nativeFolder = join(root, 'native');

/**
 * Contraction of a * b + c is off, because every instruction set must round alike: where a fused operation is meant, the
 * code says so.
 */
export const commonFlags = ['-std=c++17', '-O3', '-fPIC', '-ffp-contract=off', '-Wall', '-Wextra'];

// g++ 12 takes the undefined registers of its own AVX-512 header for a mistake.
const quiet = ['-Wno-uninitialized', '-Wno-maybe-uninitialized'];
const avx512 = ['-mavx2', '-mfma', '-mavx512f', '-mavx512bw', '-mavx512dq', '-mavx512vl', '-mavx512vnni', ...quiet];

/** Kernels by architecture: name of the source, flags, and the macro that says to the dispatcher that they are there. */
const kernelSets = {
  x64: {
    amx: [...avx512, '-mamx-tile', '-mamx-int8'],
    avx512vnni: avx512,
    amxbf16: [...avx512, '-mavx512bf16', '-mamx-tile', '-mamx-bf16'],
    avx512bf16: [...avx512, '-mavx512bf16'],
    avxvnni: ['-mavx2', '-mfma', '-mavxvnni'],
    avx2: ['-mavx2', '-mfma'],
  },
  arm64: {
    neon_i8mm: ['-march=armv8.2-a+dotprod+i8mm'],
    neon_dot: ['-march=armv8.2-a+dotprod'],
  },
};

/** One object file to be. `optional` ones are left out if the compiler does not know their instruction set. */
export function kernelSources(architecture) {
  const sets = { portable: [], portable16: [], portable_bf16: [], ...kernelSets[architecture] };
  return Object.entries(sets).map(([name, flags]) => ({
    source: join(nativeFolder, 'kernels', `isa_${name}.cpp`),
    object: `isa_${name}.o`,
    flags: [...flags, '-fno-math-errno', '-fno-exceptions', '-fno-rtti'],
    optional: !name.startsWith('portable'),
    macro: `OCTAVEC_WITH_${name.toUpperCase()}`,
  }));
}

/** Sources of a folder of native/: "core" or "node". */
export function folderSources(folder, flags = []) {
  return readdirSync(join(nativeFolder, folder))
    .filter((name) => name.endsWith('.cpp'))
    .sort()
    .map((name) => ({ source: join(nativeFolder, folder, name), object: `${folder}_${name.slice(0, -4)}.o`, flags }));
}
