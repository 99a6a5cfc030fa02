/**
 * Tests of the native core, all but one without Node:
 *
 *     node scripts/test-native.mjs               the test program
 *     node scripts/test-native.mjs --quick       on the instruction set in use, with few tokens: a part of "npm test"
 *     node scripts/test-native.mjs --sanitize    under the address and undefined-behaviour sanitizers
 *     node scripts/test-native.mjs --threads     under the thread sanitizer
 *     node scripts/test-native.mjs --addon       the addon under the first two, in Node; more arguments are for vitest (Linux)
 *     node scripts/test-native.mjs --fuzz 60     hostile descriptions and packed files, so many seconds each
 *     node scripts/test-native.mjs --time 60     no test: a text alone on one thread and on two, so many times each
 *     node scripts/test-native.mjs --arm64       for arm64, under qemu-aarch64 (needs aarch64-linux-gnu-g++)
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { compileAll, findCompiler, hasCommand, link, newestHeader } from './compile.mjs';
import {
  bindingSources,
  commonFlags,
  coreSources,
  kernelFolder,
  kernelSources,
  nativeFolder,
  root,
  testSources,
} from './native-sources.mjs';

const sanitize = {
  name: 'sanitize',
  flags: ['-fsanitize=address,undefined', '-fno-sanitize-recover=all', '-O2', '-g'],
};
const modes = {
  all: { name: 'plain', flags: [] },
  '--quick': { name: 'plain', flags: [] },
  '--time': { name: 'plain', flags: [] },
  '--sanitize': sanitize,
  '--addon': sanitize,
  '--threads': { name: 'threads', flags: ['-fsanitize=thread', '-O2', '-g'] },
  // libFuzzer, which comes with clang, finds its way by what an input reaches; else inputs are made at random.
  '--fuzz': hasCommand('clang++')
    ? {
        name: 'fuzz',
        flags: ['-fsanitize=fuzzer-no-link,address,undefined', '-fno-sanitize-recover=all', '-O2', '-g'],
        compiler: 'clang++',
      }
    : sanitize,
  '--arm64': { name: 'arm64', flags: [], compiler: 'aarch64-linux-gnu-g++', architecture: 'arm64' },
};
const [option, amount = '60'] = process.argv.slice(2);
const mode = modes[option ?? 'all'];
if (mode === undefined) {
  console.error(`unknown option ${option}`);
  process.exit(2);
}
const compiler = mode.compiler ?? findCompiler();
if (compiler === undefined) {
  console.log('native core: no C++ compiler, not tested');
  process.exit(0);
}

// Objects of the plain build are those of the engine itself.
const folder = join(root, 'build', mode.name === 'plain' ? 'native' : `native-${mode.name}`);
mkdirSync(folder, { recursive: true });
const architecture = mode.architecture ?? process.arch;
const withCommon = (sources) =>
  sources.map((entry) => ({ ...entry, flags: [...commonFlags, ...entry.flags, ...mode.flags] }));
const headersChanged = newestHeader(nativeFolder);
const kernels = await compileAll(compiler, withCommon(kernelSources(architecture)), folder, newestHeader(kernelFolder));
const core = await compileAll(compiler, withCommon(coreSources(kernels.present)), folder, headersChanged);

async function linked(program, ...parts) {
  const { objects } = await compileAll(compiler, withCommon(testSources(program, ...parts)), folder, headersChanged);
  const target = join(folder, program);
  const linking = mode.name === 'fuzz' ? ['-fsanitize=fuzzer,address,undefined'] : mode.flags;
  const arm = mode.name === 'arm64' ? ['-static'] : [];
  const all = [...kernels.objects, ...core.objects, ...objects];
  await link(compiler, [...linking, ...arm, '-o', target, ...all, '-lpthread']);
  return target;
}

function run(command, ...args) {
  const { status } = spawnSync(command, args, { stdio: 'inherit', cwd: folder });
  process.exitCode ||= status ?? 1;
}

/** What loads the addon: sessions, packed models, scans, tables of static models, threads and processes that end. */
const testsOfAddon = [
  ...['src/engine/native', 'src/native', 'src/static', 'src/store/scan', 'test/static-models.test.ts'],
  ...['test/native-files.test.ts', 'test/native-conversions.test.ts', 'test/native-threads.test.ts'],
  ...['test/packed-model.test.ts', 'test/engine-choice.test.ts', 'test/process-end.test.ts'],
];

/** Node itself is not instrumented, so the sanitizer's library comes first; leaks of V8 are not ours to find. */
async function runAddon(tests) {
  const binding = await compileAll(compiler, withCommon(bindingSources()), folder, headersChanged);
  const addon = join(folder, 'octavec.node');
  const objects = [...kernels.objects, ...core.objects, ...binding.objects];
  await link(compiler, ['-shared', ...mode.flags, '-o', addon, ...objects, '-lpthread']);
  const libraryOf = (name) => execFileSync(compiler, [`-print-file-name=${name}`], { encoding: 'utf8' }).trim();
  // Everything takes several times as long.
  const vitest = [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--testTimeout=1200000', ...tests];
  const { status } = spawnSync(process.execPath, vitest, {
    stdio: 'inherit',
    cwd: root,
    env: {
      ...process.env,
      // Without the C++ library beside it, the first exception ends the process.
      LD_PRELOAD: [libraryOf('libasan.so'), libraryOf('libstdc++.so')].join(' '),
      ASAN_OPTIONS: 'detect_leaks=0',
      UBSAN_OPTIONS: 'print_stacktrace=1',
      NODE_OPTIONS: `--require ${join(root, 'scripts/sanitized-addon.cjs')}`,
      OCTAVEC_SANITIZED_ADDON: addon,
    },
  });
  process.exitCode ||= status ?? 1;
}

if (option === '--fuzz') {
  for (const program of ['fuzz_description', 'fuzz_model_file']) {
    if (mode.name === 'fuzz') {
      run(
        await linked(program),
        `-max_total_time=${amount}`,
        '-max_len=1024',
        '-len_control=0',
        '-print_final_stats=1',
      );
    } else {
      run(await linked(program, 'fuzz_driver'), amount);
    }
  }
} else if (option === '--addon') {
  const asked = process.argv.slice(3);
  await runAddon(asked.length > 0 ? asked : testsOfAddon);
} else if (option === '--time') {
  run(await linked('time_threads'), amount);
} else {
  const command = [await linked('test_engine'), ...(option === undefined ? [] : ['--quick'])];
  if (option === '--quick') {
    command.push(createRequire(import.meta.url)(join(folder, 'octavec.node')).isa);
  }
  run(...(mode.name === 'arm64' ? ['qemu-aarch64', '-cpu', 'max'] : []), ...command);
}
