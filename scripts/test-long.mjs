/**
 * `npm run test:long`: interrupts every command 40 times, spread over the time that it takes, and runs every program of
 * bench/ in its shortest form. Half an hour.
 */
import { build, buildNative } from './build.mjs';
import { installIfMissing, runTool } from './npm.mjs';

installIfMissing();
build();
buildNative();
process.env.OCTAVEC_TEST_INTERRUPTS ??= '40';
process.env.OCTAVEC_TEST_LONG = '1';
runTool(
  'vitest/vitest.mjs',
  'run',
  '--testTimeout=3600000',
  'test/cli/interrupt-sweep.test.ts',
  'test/long',
  ...process.argv.slice(2),
);
