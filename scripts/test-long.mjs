/** `npm run test:long`: interrupts every command 40 times, spread over the time that it takes. A quarter of an hour. */
import { build } from './build.mjs';
import { installIfMissing, runTool } from './npm.mjs';

installIfMissing();
build();
process.env.OCTAVEC_TEST_INTERRUPTS ??= '40';
runTool(
  'vitest/vitest.mjs',
  'run',
  '--testTimeout=3600000',
  'test/cli/interrupt-sweep.test.ts',
  ...process.argv.slice(2),
);
