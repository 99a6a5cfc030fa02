/**
 * `npm run test:long`: interrupts every command 40 times, spread over the time that it takes, lets workers die under 200
 * calls, reads ONNX files at every limit, damages graphs of encoders, sends 20,000 requests made at random to the server,
 * kills a pull 40 times, quantizes the embedded model twice for the same bytes, searches a mix for it and holds its
 * variants to the gate, goes on with files of its vectors, checks figures of it, and runs every program of bench/ in its
 * shortest form. 41 minutes of processor time: on two free cores about half an hour, beside other work longer.
 */
import { build, buildNative } from './build.mjs';
import { installIfMissing, runTool } from './npm.mjs';

installIfMissing();
await build();
buildNative();
process.env.OCTAVEC_TEST_INTERRUPTS ??= '40';
process.env.OCTAVEC_TEST_DAMAGES ??= '40';
process.env.OCTAVEC_TEST_DEATHS ??= '50';
process.env.OCTAVEC_TEST_MESSAGES ??= '2000';
process.env.OCTAVEC_TEST_LONG = '1';
process.env.OCTAVEC_TEST_REQUESTS ??= '20000';
runTool(
  'vitest/vitest.mjs',
  'run',
  '--testTimeout=3600000',
  'src/onnx',
  'src/encoder/recognise-encoder.test.ts',
  'test/auto.test.ts',
  'test/cli/embed-file.test.ts',
  'test/cli/interrupt-sweep.test.ts',
  'test/cli/pull-chaos.test.ts',
  'test/cli/quantize.test.ts',
  'test/embed-to-file.test.ts',
  'test/gate.test.ts',
  'test/pool.test.ts',
  'test/server/fuzz.test.ts',
  'test/long',
  ...process.argv.slice(2),
);
