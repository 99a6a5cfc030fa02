import { describe, expect, test } from 'vitest';
import {
  activationHistograms,
  type CalibrationTexts,
  channelStatistics,
  emptyMemory,
  gramMatrices,
  quantizedMeans,
} from '#rooms/calibration';
import { floats, smallModel } from '../../test/support/small-model.js';
import { tokenBatch } from '../../test/support/tiny-models.js';
import { makeNode } from '../onnx/index.js';

// The built room: sessions run in worker threads.

/** Token t is row t; the activation `x` is [texts × tokens × 2]. */
const model = smallModel({
  inputs: { input_ids: 'int64[b,t]', attention_mask: 'int64[b,t]' },
  outputs: { y: 'float' },
  nodes: [makeNode('Gather', ['table', 'input_ids'], ['x']), makeNode('Neg', ['x'], ['y'])],
  initializers: [floats('table', [4, 2], [1, -2, 3, 0, -1, 4, Number.NaN, 0])],
});
const activations = [{ name: 'x', channels: 2 }];
const textsOf = (rows: readonly (readonly number[])[], memory = emptyMemory()): CalibrationTexts => ({
  ...{ tokens: tokenBatch(rows), hash: 'made up', memory },
});
const texts = textsOf([[0, 1], [2], [1, 1, 2]]);

function expectNear(found: Float64Array | undefined, expected: readonly number[], digits: number): void {
  expect(found).toHaveLength(expected.length);
  for (const [i, value] of expected.entries()) {
    expect(found?.[i]).toBeCloseTo(value, digits);
  }
}

describe('channels', () => {
  test('have the least and greatest of all texts and of each, and means over tokens', async () => {
    const seen = (await channelStatistics(model, activations, texts)).get('x');
    expect(seen).toMatchObject({
      ...{ channels: 2, least: Float32Array.of(-1, -2), greatest: Float32Array.of(3, 4) },
      ...{ minima: Float32Array.of(1, -2, -1, 4, -1, 0), maxima: Float32Array.of(3, 0, -1, 4, 3, 4) },
    });
    // Tokens 0, 1, 2, 1, 1, 2: (1, -2), (3, 0), (-1, 4), (3, 0), (3, 0), (-1, 4).
    expectNear(seen?.mean, [8 / 6, 1], 6);
    expectNear(seen?.meanSquare, [5, 6], 6);
  });

  test('are not gathered again, and are gathered again where their number is another', async () => {
    const stopped = { signal: AbortSignal.abort() };
    const first = await channelStatistics(model, activations, texts);
    expect(await channelStatistics(model, activations, texts, stopped)).toEqual(first);
    const split = [{ name: 'x', channels: 1 }];
    await expect(channelStatistics(model, split, texts, stopped)).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  test('of many texts keep the extremes of some, from all over them, and count all', async () => {
    // The last one alone reaches 4, the first one alone -2.
    const many = textsOf(Array.from({ length: 260 }, (_, i) => [i === 0 ? 0 : i === 259 ? 2 : 1]));
    const seen = (await channelStatistics(model, activations, many)).get('x');
    expect(seen?.minima).toHaveLength(256 * 2);
    expect(seen?.minima.slice(-2)).toEqual(Float32Array.of(-1, 4));
    expect([...(seen?.least ?? []), ...(seen?.greatest ?? [])]).toEqual([-1, -2, 3, 4]);
    expect(seen?.mean[0]).toBeCloseTo((1 + 258 * 3 - 1) / 260, 5);
    expect(seen?.minima.every((value, i) => value === [3, 0][i % 2] || i < 2 || i >= 510)).toBe(true);
  });
});

test('a histogram counts every value, those beyond its range at its ends', async () => {
  const filled = async (low: number, high: number) => {
    const seen = await activationHistograms(model, [{ ...activations[0], low, high }], texts);
    const counts = seen.get('x')?.counts ?? new Float64Array();
    return [...counts.entries()].filter(([, count]) => count > 0);
  };
  // 2,048 bins for six: a bin is 0.00293 wide.
  expect(await filled(-2, 4)).toEqual([
    ...[
      [0, 1],
      [341, 2],
      [682, 3],
    ],
    ...[
      [1024, 1],
      [1706, 3],
      [2047, 2],
    ],
  ]);
  expect(await filled(0, 1)).toEqual([
    [0, 6],
    [2047, 6],
  ]);
  expect(await filled(3, 3)).toEqual([[0, 12]]);
});

test('a Gram matrix sums the products of channels over all tokens, and is handed over once', async () => {
  const given: [string, number[]][] = [];
  const other = { name: 'y', channels: 2 };
  await gramMatrices(model, [...activations, other], texts, async ({ name }, gram) => {
    given.push([name, [...gram]]);
  });
  expect(given).toEqual([
    ['x', [30, -10, -10, 36]],
    ['y', [30, -10, -10, 36]],
  ]);
});

test('a Gram matrix of more tokens than are multiplied at a time is that of all', async () => {
  const long = textsOf([Array(3000).fill(1), Array(2000).fill(0)]);
  const given: number[][] = [];
  await gramMatrices(model, activations, long, async (_, gram) => void given.push([...gram]));
  expect(given).toEqual([[3000 * 9 + 2000, -4000, -4000, 8000]]);
});

test('means after quantization count what a scale makes of each value', async () => {
  const means = async (scale: number, zeroPoint: number) =>
    (await quantizedMeans(model, activations, new Map([['x', { scale, zeroPoint }]]), texts)).get('x');
  const [exact, coarse] = [await means(1, 2), await means(4, 0)];
  expectNear(exact, [8 / 6, 1], 12);
  // 3 and 4 become 4, all others 0: three of six tokens, and two.
  expectNear(coarse, [2, 4 / 3], 12);
  expect((await quantizedMeans(model, activations, new Map(), texts)).size).toBe(0);
});

test('an activation that is not finite is told with its name and the text', async () => {
  await expect(channelStatistics(model, activations, textsOf([[0], [1, 3]]))).rejects.toMatchObject({
    code: 'ORIGINAL_NOT_FINITE',
    message: expect.stringMatching(/in "x".*text 1 of the calibration/),
  });
});

test('progress is told for each text, and nothing is run for no activations', async () => {
  const told: number[] = [];
  const onProgress = ({ done, total }: { readonly done: number; readonly total?: number }) =>
    told.push(done, total ?? 0);
  await channelStatistics(model, activations, textsOf([[0], [1]]), { onProgress });
  expect(told).toEqual([0, 2, 1, 2]);
  expect((await channelStatistics(model, [], texts, { signal: AbortSignal.abort() })).size).toBe(0);
});
