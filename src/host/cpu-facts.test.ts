import { expect, test } from 'vitest';
import { cpuFeatures } from './cpu-features.js';
import { parseCpuList, parseCpuTimes } from './cpu-times.js';

test.each([
  ['Sapphire Rapids', 'fma avx2 avx512f avx512_vnni avx_vnni amx_int8 amx_bf16', 'matrix', 'AMX INT8'],
  ['Zen 4', 'fma avx2 avx512f avx512_vnni', 'dot', 'AVX-512 VNNI'],
  ['Alder Lake', 'fma avx2 avx_vnni', 'dot', 'AVX-VNNI'],
  ['Skylake-X', 'fma avx2 avx512f', 'saturating', 'AVX-512'],
  ['Haswell', 'fma avx2', 'saturating', 'AVX2'],
  ['a very old one', 'sse2', 'none', undefined],
  ['Graviton 3', 'fp asimd asimdhp asimddp sve i8mm', 'matrix', 'NEON i8mm'],
  ['Graviton 2', 'fp asimd asimdhp asimddp', 'dot', 'NEON dot product'],
  ['Cortex-A72', 'fp asimd', 'none', 'NEON'],
])('%s', (_, flags, int8, first) => {
  const features = cpuFeatures(flags.split(' '), 'linux-x64');
  expect([features.int8, features.names[0]]).toEqual([int8, first]);
});

test('systems that do not tell', () => {
  expect(cpuFeatures([], 'win32-x64')).toEqual({ names: [], int8: 'unknown' });
  expect(cpuFeatures([], 'darwin-arm64').int8).toBe('dot');
});

const stat = `cpu  1000 200 300 5000 100 10 20 400 50 0
cpu0 600 100 200 2000 50 10 20 300 50 0
cpu1 300 50 50 1000 25 0 0 50 0 0
cpu10 100 50 50 2000 25 0 0 50 0 0
intr 1
`;

test('parseCpuTimes: of the CPUs that may be used, or of all', () => {
  expect(parseCpuTimes(stat, [1])).toEqual({ busy: 4, idle: 10.25, steal: 0.5 });
  expect(parseCpuTimes(stat, [1, 10])).toEqual({ busy: 6, idle: 30.5, steal: 1 });
  expect(parseCpuTimes(stat, [])).toEqual({ busy: 15.3, idle: 51, steal: 4 });
  expect(parseCpuTimes('', [0])).toBeUndefined();
  expect(parseCpuTimes('cpu  1 2 3 4\n', [])).toEqual({ busy: 0.06, idle: 0.04, steal: 0 });
});

test('parseCpuList', () => {
  expect(parseCpuList('0-2,5')).toEqual([0, 1, 2, 5]);
  expect(parseCpuList('7')).toEqual([7]);
});
