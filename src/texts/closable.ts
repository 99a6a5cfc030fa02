/**
 * Makes a generator closable while a consumer waits for it. By itself it would close only when what it waits for
 * arrives, which may be never: `close` makes sure that it ends.
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
