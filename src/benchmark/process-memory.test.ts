import { expect, test } from 'vitest';
import { makeCpuGroup } from './cpu-group.js';
import { peakMemory, processMemory } from './process-memory.js';

test('memory is in bytes: a process of Node has tens of megabytes, and never more than its peak', () => {
  const { residentBytes, proportionalBytes } = processMemory();
  expect(residentBytes).toBeGreaterThan(20e6);
  if (proportionalBytes !== undefined) {
    expect(proportionalBytes).toBeGreaterThan(10e6);
    expect(proportionalBytes).toBeLessThan(2 * residentBytes);
  }
  expect(peakMemory()).toBeGreaterThan(residentBytes / 2);
});

test.each([0, 0.009, -1, 1025, Number.NaN])('a limit of %d CPUs is refused before anything is made', async (cpus) => {
  await expect(makeCpuGroup(cpus)).rejects.toMatchObject({
    code: 'USAGE',
    details: { problem: expect.stringContaining('it must be from 0.01 to 1024') },
  });
});
