import { describe, expect, test } from 'vitest';
import { minimize, type Objective } from './minimize.js';

const limits = { maxIterations: 200, tolerance: 1e-8 };

/** Counts how often a function is asked. */
function counted(objective: Objective): { readonly objective: Objective; readonly asked: () => number } {
  let asked = 0;
  return {
    objective: (at) => {
      asked++;
      return objective(at);
    },
    asked: () => asked,
  };
}

/** Σ cᵢ (xᵢ − tᵢ)² */
const bowl =
  (target: readonly number[], steepness: readonly number[]): Objective =>
  async (at) => ({
    value: at.reduce((sum, x, i) => sum + steepness[i] * (x - target[i]) ** 2, 0),
    gradient: at.map((x, i) => 2 * steepness[i] * (x - target[i])),
  });

/** Rosenbrock's valley, (1 − x)² + 100 (y − x²)²: its floor is (1, 1). */
const valley: Objective = async ([x, y]) => ({
  value: (1 - x) ** 2 + 100 * (y - x * x) ** 2,
  gradient: Float64Array.of(-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)),
});

describe('minimize', () => {
  test('finds the floor of a bowl, also where its sides differ a thousand times', async () => {
    const place = await minimize(bowl([3, -2, 0.5], [1, 1000, 0.01]), new Float64Array(3), limits);
    for (const [i, x] of [3, -2, 0.5].entries()) {
      expect(place[i]).toBeCloseTo(x, 5);
    }
  });

  test('follows a bent valley to its end', async () => {
    const [x, y] = await minimize(valley, Float64Array.of(-1.2, 1), limits);
    expect(x).toBeCloseTo(1, 6);
    expect(y).toBeCloseTo(1, 6);
  });

  test('asks once where it stands on the floor already', async () => {
    const { objective, asked } = counted(bowl([1, 1], [1, 1]));
    expect([...(await minimize(objective, Float64Array.of(1, 1), limits))]).toEqual([1, 1]);
    expect(asked()).toBe(1);
  });

  test('does no more rounds than are allowed', async () => {
    const start = Float64Array.of(-1.2, 1);
    expect(await minimize(valley, start, { ...limits, maxIterations: 0 })).toBe(start);
    const valueAfter = async (maxIterations: number) =>
      (await valley(await minimize(valley, start, { ...limits, maxIterations }))).value;
    expect(await valueAfter(3)).toBeLessThan(await valueAfter(1));
    expect(await valueAfter(3)).toBeGreaterThan(1e-3);
  });

  test('leaves the start as it was', async () => {
    const start = Float64Array.of(5, 5);
    await minimize(bowl([0, 0], [1, 1]), start, limits);
    expect([...start]).toEqual([5, 5]);
  });

  test('steps back from where a function is no number', async () => {
    // √ of what is negative; the floor of x − ln x is 1.
    const objective: Objective = async ([x]) => ({ value: x - Math.log(x), gradient: Float64Array.of(1 - 1 / x) });
    const [x] = await minimize(objective, Float64Array.of(0.01), limits);
    expect(x).toBeCloseTo(1, 6);
  });

  test('ends where no step is better', async () => {
    const objective: Objective = async () => ({ value: 0, gradient: Float64Array.of(1) });
    expect([...(await minimize(objective, Float64Array.of(7), limits))]).toEqual([7]);
  });
});
