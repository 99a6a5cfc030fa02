/** `npm test`: installs what is missing, builds, then type check, lint, check of the package and tests. */
import { existsSync } from 'node:fs';
import { build, buildNative } from './build.mjs';
import { checkFormat } from './format-native.mjs';
import { installIfMissing, root, run, runTool } from './npm.mjs';

installIfMissing();
// First, because end-to-end tests import the built package, types included.
await build();
buildNative();
runTool('typescript/bin/tsc', '--noEmit');
runTool('typescript/bin/tsc', '-p', 'tsconfig.programs.json');
// Into a file, too, Biome would paint every letter.
runTool(
  '@biomejs/biome/bin/biome',
  'ci',
  '--error-on-warnings',
  ...(process.stdout.isTTY ? [] : ['--colors=off']),
  '.',
);
checkFormat();
runTool('publint/src/cli.js', '--strict');
if (existsSync(`${root}build/native/octavec.node`)) {
  run(process.execPath, [`${root}scripts/test-native.mjs`, '--quick']);
}
runTool('vitest/vitest.mjs', 'run', ...process.argv.slice(2));
