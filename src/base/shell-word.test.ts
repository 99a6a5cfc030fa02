import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { shellQuoted } from './shell-word.js';

test('a shell takes words for what they are, whatever is in them', () => {
  const words = fc.sample(
    fc.string({
      unit: fc.constantFrom("'", '"', '\\', '$', '`', '\n', ' ', ';', '&', '|', '*', 'x', 'é'),
      maxLength: 12,
    }),
    { numRuns: 200, seed: 3 },
  );
  const script = `for word in ${words.map(shellQuoted).join(' ')}; do printf '%s\\0' "$word"; done`;
  const printed = execFileSync('/bin/sh', ['-c', script]).toString().split('\0').slice(0, -1);
  expect(printed).toEqual(words);
});
