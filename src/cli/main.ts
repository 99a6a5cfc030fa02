#!/usr/bin/env node
import { runCli } from './program.js';

// The exit code is set rather than forced, so that what is still being written arrives.
process.exitCode = await runCli(process.argv.slice(2));
