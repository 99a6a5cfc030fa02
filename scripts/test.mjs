/** `npm test`: installs what is missing, builds, then type check, lint, check of the package and tests. */
import { build } from './build.mjs';
import { installIfMissing, runTool } from './npm.mjs';

installIfMissing();
// First, because end-to-end tests import the built package, types included.
build();
runTool('typescript/bin/tsc', '--noEmit');
runTool('@biomejs/biome/bin/biome', 'ci', '--error-on-warnings', '.');
runTool('publint/src/cli.js', '--strict');
runTool('vitest/vitest.mjs', 'run', ...process.argv.slice(2));
