/** `npm test`: installs what is missing, builds, then type check, lint, tests and the check of the package. */
import { build } from './build.mjs';
import { installIfMissing, root, run } from './npm.mjs';

const tool = (path, ...args) => run(process.execPath, [`${root}node_modules/${path}`, ...args]);

installIfMissing();
// First, because end-to-end tests import the built package, types included.
build();
tool('typescript/bin/tsc', '--noEmit');
tool('@biomejs/biome/bin/biome', 'ci', '--error-on-warnings', '.');
tool('publint/src/cli.js', '--strict');
tool('vitest/vitest.mjs', 'run', ...process.argv.slice(2));
