#!/usr/bin/env node
import { reportLostAnswer, reportLostOutput, runCli } from './program.js';

const args = process.argv.slice(2);

process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(reportLostOutput(error, args)));
// What is said beside the output cannot be said any more, and changes nothing of the work.
process.stderr.on('error', () => undefined);

/** Node's own exit status where nothing is left that could settle what is awaited. It prints nothing. */
const unsettledAwait = 13;
process.once('exit', () => {
  if (process.exitCode === unsettledAwait) {
    process.exitCode = reportLostAnswer(args);
  }
});

// The exit code is set rather than forced, so that what is still being written arrives.
process.exitCode = await runCli(args);
