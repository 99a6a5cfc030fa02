import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const commandLine = 'test/cli/**/*.test.ts';
/** Run by `npm run test:long` only. */
const long = 'test/long/**/*.test.ts';

// A cache of their own, so that no test sees what another version has left.
const cache = fileURLToPath(new URL('build/test-cache', import.meta.url));
rmSync(cache, { recursive: true, force: true });

export default defineConfig({
  test: {
    testTimeout: 240_000,
    hookTimeout: 240_000,
    pool: 'forks',
    // One more than the cores of a small machine: many tests wait for processes and servers.
    maxWorkers: 3,
    // The built package as Node loads it: to transform its modules took longer than to run them.
    server: { deps: { external: [/\/dist\//] } },
    // For tests that use ONNX Runtime directly; octavec itself sees to it.
    env: { ORT_DISABLE_TELEMETRY: '1', XDG_CACHE_HOME: cache },
    projects: [
      {
        extends: true,
        test: {
          name: 'rooms',
          include: ['src/**/*.test.ts'],
          // Files share a process: to load their modules anew for each took as long as the tests themselves.
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'library',
          include: ['test/**/*.test.ts'],
          exclude: [commandLine, long],
        },
      },
      { extends: true, test: { name: 'long', include: process.env.OCTAVEC_TEST_LONG ? [long] : [] } },
      {
        extends: true,
        test: {
          name: 'command line',
          include: [commandLine],
          isolate: false,
          // Makes the variants that its tests share.
          globalSetup: 'test/cli/proven-variants.ts',
        },
      },
    ],
  },
});
