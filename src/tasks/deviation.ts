import { mean } from '../numbers/index.js';

/** Returns the standard deviation of a few measured values (divided by their count less one); 0 of a single one. */
export function deviation(values: readonly number[]): number {
  const centre = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  return values.length < 2 ? 0 : Math.sqrt(squares / (values.length - 1));
}
