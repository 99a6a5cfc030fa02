/** What the native engine is compiled from, and how: shared by the build and by the tests of the core. */
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { include_dir as nodeHeaders } from 'node-api-headers';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
export const nativeFolder = join(root, 'native');
/** Its sources include no headers of other folders, and take longest to compile. */
export const kernelFolder = join(nativeFolder, 'kernels');

/**
 * Contraction of a * b + c is off, because every instruction set must round alike: where a fused operation is meant, the
 * code says so.
 */
export const commonFlags = ['-std=c++17', '-O3', '-fPIC', '-ffp-contract=off', '-Wall', '-Wextra'];

// g++ 12 takes the undefined registers of its own AVX-512 header for a mistake.
const quiet = ['-Wno-uninitialized', '-Wno-maybe-uninitialized'];
const avx512 = ['-mavx2', '-mfma', '-mavx512f', '-mavx512bw', '-mavx512dq', '-mavx512vl', '-mavx512vnni', ...quiet];

/**
 * Every instruction set that there are kernels for, from the fastest to the slowest: native/kernels/isa_<name>.cpp, where
 * it runs, and the function of native/core/cpu_features.h that says whether a machine has it.
 */
export const instructionSets = [
  { name: 'amx', architecture: 'x64', check: 'has_amx_int8', flags: [...avx512, '-mamx-tile', '-mamx-int8'] },
  { name: 'avx512vnni', architecture: 'x64', check: 'has_avx512_vnni', flags: avx512 },
  { name: 'avxvnni', architecture: 'x64', check: 'has_avx_vnni', flags: ['-mavx2', '-mfma', '-mavxvnni'] },
  { name: 'avx2', architecture: 'x64', check: 'has_avx2', flags: ['-mavx2', '-mfma'] },
  {
    ...{ name: 'amxbf16', architecture: 'x64', check: 'has_amx_bf16' },
    flags: [...avx512, '-mavx512bf16', '-mamx-tile', '-mamx-bf16'],
  },
  { name: 'avx512bf16', architecture: 'x64', check: 'has_avx512_bf16', flags: [...avx512, '-mavx512bf16'] },
  { name: 'neon_i8mm', architecture: 'arm64', check: 'has_neon_i8mm', flags: ['-march=armv8.2-a+dotprod+i8mm'] },
  { name: 'neon_dot', architecture: 'arm64', check: 'has_neon_dot', flags: ['-march=armv8.2-a+dotprod'] },
  { name: 'portable', check: 'runs_everywhere', flags: [] },
  { name: 'portable16', check: 'runs_everywhere', flags: [] },
  { name: 'portable_bf16', check: 'runs_everywhere', flags: [] },
];

/**
 * The kernels of an architecture, one object file each. `optional` ones are left out if the compiler does not know their
 * instruction set.
 */
export function kernelSources(architecture) {
  return instructionSets
    .filter((set) => set.architecture === undefined || set.architecture === architecture)
    .map((set) => ({
      source: join(kernelFolder, `isa_${set.name}.cpp`),
      object: `isa_${set.name}.o`,
      flags: [...set.flags, '-fno-math-errno', '-fno-exceptions', '-fno-rtti'],
      optional: set.architecture !== undefined,
      set,
    }));
}

/** Sources of the core, which gets the kernels that were compiled as an X-macro. */
export function coreSources(kernels) {
  const list = kernels.map(({ set }) => `X(${set.name},${set.check})`).join('');
  return folderSources('core', [`-DOCTAVEC_INSTRUCTION_SETS=${list}`]);
}

/** Sources of the Node binding. */
export function bindingSources() {
  return folderSources('node', ['-DNAPI_VERSION=8', '-I', nodeHeaders]);
}

/** Programs of native/test, and what each is made of. */
export const testPrograms = {
  test_engine: readdirSync(join(nativeFolder, 'test'))
    .filter((name) => name.endsWith('.cpp') && !/^(fuzz|time)_/.test(name))
    .map((name) => name.slice(0, -4))
    .sort(),
  fuzz_description: ['fuzz_description', 'architectures'],
  fuzz_model_file: ['fuzz_model_file', 'architectures'],
  fuzz_driver: ['fuzz_driver'],
  time_threads: ['time_threads', 'samples', 'architectures'],
};

/** Sources of programs of native/test. */
export function testSources(...programs) {
  return [...new Set(programs.flatMap((program) => testPrograms[program]))].map((name) => ({
    source: join(nativeFolder, 'test', `${name}.cpp`),
    object: `${name}.o`,
    // What takes their time is compiled elsewhere.
    flags: ['-O1'],
  }));
}

function folderSources(folder, flags) {
  return readdirSync(join(nativeFolder, folder))
    .filter((name) => name.endsWith('.cpp'))
    .sort()
    .map((name) => ({ source: join(nativeFolder, folder, name), object: `${folder}_${name.slice(0, -4)}.o`, flags }));
}
