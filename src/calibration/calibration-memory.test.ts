import { expect, test } from 'vitest';
import { emptyMemory, type Histogram, recall } from './calibration-memory.js';

const histogram = (high: number): Histogram => ({ low: 0, high, counts: Float64Array.of(1, 2) });
const wanted = [
  { name: 'a', high: 1 },
  { name: 'b', high: 2 },
];

/** Recalls histograms, and says which had to be gathered. */
async function recalled(memory = emptyMemory(), activations = wanted) {
  const gathered: string[] = [];
  let kept = 0;
  const found = await recall(
    { memory, keep: async () => void kept++ },
    ({ histograms }) => histograms,
    activations,
    (known, { high }) => known.high === high,
    async (missing) => {
      gathered.push(...missing.map(({ name }) => name));
      return missing.map(({ high }) => histogram(high));
    },
  );
  return { found, gathered, kept };
}

test('gathers what is not known, and remembers it', async () => {
  const memory = emptyMemory();
  const first = await recalled(memory);
  expect([first.gathered, first.kept]).toEqual([['a', 'b'], 1]);
  const second = await recalled(memory);
  expect([second.gathered, second.kept]).toEqual([[], 0]);
  expect(second.found).toEqual(first.found);
});

test('gathers anew what does not fit any more', async () => {
  const memory = emptyMemory();
  await recalled(memory);
  const changed = await recalled(memory, [wanted[0], { name: 'b', high: 3 }]);
  expect(changed.gathered).toEqual(['b']);
  expect(changed.found.get('b')).toEqual(histogram(3));
});

test('gives what was asked for, not all that is remembered', async () => {
  const memory = emptyMemory();
  await recalled(memory);
  expect([...(await recalled(memory, [wanted[1]])).found.keys()]).toEqual(['b']);
});

test('works without a memory', async () => {
  const gather = async () => [histogram(1), histogram(2)];
  const found = await recall(
    {},
    ({ histograms }) => histograms,
    wanted,
    () => true,
    gather,
  );
  expect([...found.keys()]).toEqual(['a', 'b']);
});

test('what fails to be gathered is not remembered, nor kept', async () => {
  const memory = emptyMemory();
  let kept = 0;
  const fails = recall(
    { memory, keep: async () => void kept++ },
    ({ histograms }) => histograms,
    wanted,
    () => true,
    async () => {
      throw new Error('cancelled');
    },
  );
  await expect(fails).rejects.toThrow('cancelled');
  expect([memory.histograms.size, kept]).toEqual([0, 0]);
  expect((await recalled(memory)).gathered).toEqual(['a', 'b']);
});

test('nothing that is asked for is nothing that is gathered', async () => {
  const { found, gathered, kept } = await recalled(emptyMemory(), []);
  expect([found.size, gathered, kept]).toEqual([0, [], 0]);
});

test('what is remembered of one kind is not taken for another', async () => {
  const memory = emptyMemory();
  memory.means.set('a', { scale: 1, zeroPoint: 0, mean: Float64Array.of(1) });
  expect((await recalled(memory)).gathered).toEqual(['a', 'b']);
});
