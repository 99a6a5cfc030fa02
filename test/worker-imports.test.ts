import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const dist = fileURLToPath(new URL('../dist', import.meta.url));

/** Packages that a module and all that it imports load; types are gone from compiled files. */
function packagesOf(path: string, seen = new Set<string>()): Set<string> {
  if (seen.has(path)) {
    return new Set();
  }
  seen.add(path);
  const specifiers = [
    ...readFileSync(path, 'utf8').matchAll(/^(?:import|export)\b(?:[^;'"=]*\bfrom)?\s*['"]([^'"]+)['"];/gm),
  ];
  const packages = new Set<string>();
  for (const [, specifier] of specifiers) {
    if (specifier.startsWith('.')) {
      for (const name of packagesOf(join(dirname(path), specifier), seen)) {
        packages.add(name);
      }
    } else if (!specifier.startsWith('node:')) {
      packages.add(specifier);
    }
  }
  return packages;
}

// Every worker of a pool has a JavaScript heap of its own: what it imports is there as many times.
test.each([
  ['engine/worker.js', ['onnxruntime-node']],
  // Its library is loaded when it is needed: a static model may do without.
  ['embed/tokenizer-worker.js', []],
])('%s loads its run time and nothing else of size', (path, expected) => {
  expect([...packagesOf(join(dist, path))]).toEqual(expected);
});
