#!/usr/bin/env node
import { runCli } from './program.js';

// Whoever read the output wants no more of it ("octavec embed … | head"): there is nothing left to do, and no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') {
    throw error;
  }
  process.exit(0);
});

// The exit code is set rather than forced, so that what is still being written arrives.
process.exitCode = await runCli(process.argv.slice(2));
