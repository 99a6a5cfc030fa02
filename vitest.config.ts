import { defineConfig } from 'vitest/config';

const commandLine = 'test/cli/**/*.test.ts';

export default defineConfig({
  test: {
    testTimeout: 240_000,
    hookTimeout: 240_000,
    pool: 'forks',
    maxWorkers: 2,
    // For tests that use ONNX Runtime directly; octavec itself sees to it.
    env: { ORT_DISABLE_TELEMETRY: '1' },
    projects: [
      {
        extends: true,
        test: {
          name: 'library',
          include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: [commandLine],
        },
      },
      {
        extends: true,
        test: {
          name: 'command line',
          include: [commandLine],
          // Makes the variants that its tests share.
          globalSetup: 'test/cli/proven-variants.ts',
        },
      },
    ],
  },
});
