/** `npm test`: installs what is missing, builds, then type check, lint, check of the package and tests. */
import { existsSync } from 'node:fs';
import { build, buildNative } from './build.mjs';
import { installIfMissing, root, runTogether, runTool, toolPath } from './npm.mjs';

installIfMissing();
// First, because end-to-end tests import the built package, types included; whether these are right is checked below.
await build('--noCheck');
buildNative();
const isTerminal = process.stdout.isTTY === true;
const compiler = [toolPath('typescript/bin/tsc'), '--pretty', `${isTerminal}`];
await runTogether(
  // More checkers than one do the same work several times, and the programs below keep the other cores busy.
  [...compiler, '--noEmit', '--checkers', '1'],
  [...compiler, '-p', 'tsconfig.programs.json'],
  // Into a file, too, Biome would paint every letter.
  [toolPath('@biomejs/biome/bin/biome'), 'ci', '--error-on-warnings', `--colors=${isTerminal ? 'force' : 'off'}`, '.'],
  [`${root}scripts/format-native.mjs`, '--check'],
  [toolPath('publint/src/cli.js'), '--strict'],
  ...(existsSync(`${root}build/native/octavec.node`) ? [[`${root}scripts/test-native.mjs`, '--quick']] : []),
);
runTool('vitest/vitest.mjs', 'run', ...process.argv.slice(2));
