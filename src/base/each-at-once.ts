/**
 * Does something with every item, so many of them at the same time. Where one fails, no further one is begun, and what
 * runs is waited for before the error is thrown.
 *
 * @returns what came of each item, in their order
 */
export async function eachAtOnce<Item, Result>(
  most: number,
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results = new Array<Result>(items.length);
  let next = 0;
  let failure: { readonly error: unknown } | undefined;
  const lanes = Array.from({ length: Math.min(most, items.length) }, async () => {
    while (failure === undefined && next < items.length) {
      const i = next++;
      try {
        results[i] = await work(items[i]);
      } catch (error) {
        // What fails later may fail because of the first.
        failure ??= { error };
      }
    }
  });
  await Promise.all(lanes);
  if (failure !== undefined) {
    throw (failure as { readonly error: unknown }).error;
  }
  return results;
}
