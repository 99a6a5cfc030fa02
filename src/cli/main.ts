#!/usr/bin/env node
import { reportLostAnswer, runCli } from './program.js';

// Whoever read the output wants no more of it ("octavec embed … | head"): there is nothing left to do, and no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') {
    throw error;
  }
  process.exit(0);
});

const args = process.argv.slice(2);

/** Node's own exit status where nothing is left that could settle what is awaited. It prints nothing. */
const unsettledAwait = 13;
process.once('exit', () => {
  if (process.exitCode === unsettledAwait) {
    process.exitCode = reportLostAnswer(args);
  }
});

// The exit code is set rather than forced, so that what is still being written arrives.
process.exitCode = await runCli(args);
