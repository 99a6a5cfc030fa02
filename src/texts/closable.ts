/**
 * What a generator gives, for consumers that leave while it waits. It closes itself only when what it waits for is there,
 * which may be never: `close` takes care that it comes to an end.
 */
export function closable<Item>(
  generator: AsyncGenerator<Item, void, undefined>,
  close: () => void,
): AsyncIterableIterator<Item, void, undefined> {
  return {
    next: () => generator.next(),
    return: () => {
      close();
      return generator.return();
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
