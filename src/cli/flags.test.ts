import { Command } from 'commander';
import { expect, test } from 'vitest';
import { flagOf, withFlags } from './flags.js';

const command = new Command('quantize')
  .option('--calibration-table <file>')
  .option('--to <methods>')
  .option('--no-optimize')
  .option('--task <tasks>')
  .option('--force');

test('flags have the names of options, in lower case', () => {
  expect(['to', 'targetCosineP1', 'tasks'].map(flagOf)).toEqual(['--to', '--target-cosine-p1', '--task']);
});

test.each([
  ['`calibrationTable` belongs to q4.', '--calibration-table belongs to q4.'],
  ['Add `to: int8`, or `force: true`.', 'Add --to int8, or --force.'],
  ['Leave out `optimize: false` and `tasks`.', 'Leave out --no-optimize and --task.'],
  ['No flag: `overLong: chunk`, `unknown`, `a b`.', 'No flag: `overLong: chunk`, `unknown`, `a b`.'],
])('%s', (message, shown) => {
  expect(withFlags(message, [command])).toBe(shown);
});
