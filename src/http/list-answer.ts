import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';

/** Characters that are written in one go; the numbers in them take a few milliseconds. */
const pieceLength = 256 * 1024;

/**
 * Returns the JSON of a response that holds a list. A long one is written piece by piece, as fast as the client reads
 * it: written at once, two thousand vectors take four times the memory of their numbers, and hold up other requests for
 * a third of a second.
 *
 * @param before what stands before the first item
 * @param after what stands behind the last
 */
export function listAnswer<Item>(
  before: string,
  items: readonly Item[],
  asJson: (item: Item, index: number) => string,
  after: string,
): string | Readable {
  const pieces = cut(before, items, asJson, after);
  const first = pieces.next().value as string;
  const second = pieces.next();
  return second.done
    ? first
    : Readable.from(inTurns(first, second.value, pieces), { objectMode: false, highWaterMark: 1 });
}

function* cut<Item>(
  before: string,
  items: readonly Item[],
  asJson: (item: Item, index: number) => string,
  after: string,
): Generator<string, void> {
  let piece = before;
  for (let index = 0; index < items.length; index++) {
    piece += (index === 0 ? '' : ',') + asJson(items[index], index);
    if (piece.length >= pieceLength) {
      yield piece;
      piece = '';
    }
  }
  yield piece + after;
}

async function* inTurns(first: string, second: string, rest: Iterable<string>): AsyncGenerator<string> {
  yield first;
  yield second;
  for (const piece of rest) {
    await nextTurn();
    yield piece;
  }
}
