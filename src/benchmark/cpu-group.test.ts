import { expect, test } from 'vitest';
import { makeCpuGroup } from './cpu-group.js';

test.each([0, -1, 0.009, 1025, Number.NaN, Number.POSITIVE_INFINITY])('a limit of %f CPUs is none', async (cpus) => {
  await expect(makeCpuGroup(cpus)).rejects.toMatchObject({
    code: 'USAGE',
    message: expect.stringContaining(`A limit of ${cpus} CPUs was asked for; it must be from 0.01 to 1024`),
  });
});
