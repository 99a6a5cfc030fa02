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

test.each([
  ['`task` and `tasks` are one.', '--task and --task are one.'],
  ['`to: int8,q4`, `to`.', '--to int8,q4, --to.'],
  ['`force: false` has no flag of that name.', '`force: false` has no flag of that name.'],
  ['`to: two words` is text.', '`to: two words` is text.'],
  ['`To` and `TO` are words, and so is ``.', '`To` and `TO` are words, and so is ``.'],
  ['A lone ` before `to`.', 'A lone ` before --to.'],
  ['`calibrationTable: $&`', '--calibration-table $&'],
  ['', ''],
])('of %j backticks that are flags are rewritten', (message, shown) => {
  expect(withFlags(message, [command])).toBe(shown);
});

test('flags of any of the commands count, and without commands none', () => {
  const other = new Command('serve').option('--pool <n>');
  expect(withFlags('`workers: 2` or `to`', [command, other])).toBe('--pool 2 or --to');
  expect(withFlags('`workers: 2` or `to`', [])).toBe('`workers: 2` or `to`');
});
