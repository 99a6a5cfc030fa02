/** A row that makes whatever holds it fail. */
export interface PoisonRow {
  /** Counted from 0. */
  readonly row: number;
  readonly reason: string;
}

/**
 * Finds the rows that make a shard fail, by halves: of a range that fails one half is tried, then the other, down to
 * single rows. For p such rows of n that is about 2 p log₂ n trials.
 *
 * @param rows how many there are
 * @param tryRows runs the rows from `start` up to `end`, not included; says why they fail, undefined if they do not
 * @returns the rows, in their order. None, if the whole fails but neither of its halves.
 * @example
 * ```ts
 * const poison = await findPoison(1000, async (start, end) => (start <= 7 && 7 < end ? 'crashed' : undefined));
 * // [{ row: 7, reason: 'crashed' }]
 * ```
 */
export async function findPoison(
  rows: number,
  tryRows: (start: number, end: number) => Promise<string | undefined>,
): Promise<PoisonRow[]> {
  const search = async (start: number, end: number): Promise<PoisonRow[]> => {
    const reason = start < end ? await tryRows(start, end) : undefined;
    if (reason === undefined) {
      return [];
    }
    if (end - start === 1) {
      return [{ row: start, reason }];
    }
    const middle = Math.floor((start + end) / 2);
    return [...(await search(start, middle)), ...(await search(middle, end))];
  };
  return search(0, rows);
}
