/**
 * Processes that see a processor of less: what programs for comparisons give to `child_process` as environment.
 *
 * x86-64 Linux with a C compiler only, and only on processors that can make CPUID fault (see hide-cpu-features.c).
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Instruction sets that this processor has, by the names in /proc/cpuinfo; empty elsewhere than on x86-64 Linux. */
export function cpuFeatures() {
  try {
    return /^flags\s*:\s*(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1].split(' ') ?? [];
  } catch {
    return [];
  }
}

/** Levels from the newest on: the feature that makes a processor one, and what is hidden to come down to it. */
const levels = [
  { name: 'amx-int8', feature: 'amx_int8', hide: [] },
  { name: 'avx512-vnni', feature: 'avx512_vnni', hide: ['amx'] },
  { name: 'avx-vnni', feature: 'avx_vnni', hide: ['amx', 'avx512'] },
  { name: 'avx2', feature: 'avx2', hide: ['amx', 'avx512', 'avx-vnni'] },
];

/**
 * Levels that a process on this machine can be brought to, newest first, by the native engine's names for them. Where
 * nothing can be hidden, that is the newest alone; where the processor is none of them, undefined stands for it.
 */
export function cpuLevels() {
  const features = cpuFeatures();
  const present = levels.filter(({ feature }) => features.includes(feature)).map(({ name }) => name);
  const canHide = process.platform === 'linux' && process.arch === 'x64' && features.includes('cpuid_fault');
  return present.length === 0 ? [undefined] : canHide ? present : present.slice(0, 1);
}

let library;

function compileLibrary() {
  const source = fileURLToPath(new URL('hide-cpu-features.c', import.meta.url));
  const target = join(mkdtempSync(join(tmpdir(), 'octavec-hide-cpu-')), 'hide-cpu-features.so');
  execFileSync(process.env.CC ?? 'cc', ['-O1', '-shared', '-fPIC', source, '-o', target]);
  return target;
}

/**
 * Environment variables with which a process sees a processor of `level` (one of cpuLevels()) and no more: to be added
 * to its environment. Compiles the library on first use.
 *
 * @throws Error if the level is unknown, or the C compiler's
 */
export function environmentFor(level) {
  const found = levels.find(({ name }) => name === level);
  if (level !== undefined && found === undefined) {
    throw new Error(`no level ${level}; there are ${levels.map(({ name }) => name).join(', ')}`);
  }
  if (found === undefined || found.hide.length === 0) {
    return {};
  }
  library ??= compileLibrary();
  return { HIDE_CPU: found.hide.join(','), LD_PRELOAD: library };
}
