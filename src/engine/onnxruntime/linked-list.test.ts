import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LinkedList, type Place } from './linked-list.js';

function valuesOf<Value>(list: LinkedList<Value>): { readonly forth: Value[]; readonly back: Value[] } {
  const places: Place<Value>[] = [];
  for (let place = list.first; place !== undefined; place = place.next) {
    places.push(place);
  }
  const back: Value[] = [];
  for (let place = places.at(-1); place !== undefined; place = place.previous) {
    back.push(place.value);
  }
  return { forth: places.map(({ value }) => value), back };
}

test('is empty again when all have left, from whichever end', () => {
  for (const order of [
    [0, 1, 2],
    [2, 1, 0],
    [1, 0, 2],
    [1, 2, 0],
  ]) {
    const list = new LinkedList<string>();
    const places = ['a', 'b', 'c'].map((value) => list.append(value));
    order.forEach((i) => {
      list.remove(places[i]);
    });
    expect(list.first).toBeUndefined();
    list.append('d');
    expect(valuesOf(list)).toEqual({ forth: ['d'], back: ['d'] });
  }
});

test('holds what a plain array holds, both ways, whatever comes and leaves', () => {
  const steps = fc.array(fc.oneof(fc.constant('append' as const), fc.nat(20)), { maxLength: 60 });
  fc.assert(
    fc.property(steps, (moves) => {
      const list = new LinkedList<number>();
      const kept: Place<number>[] = [];
      moves.forEach((move, i) => {
        if (move === 'append') {
          kept.push(list.append(i));
        } else if (kept.length > 0) {
          list.remove(kept.splice(move % kept.length, 1)[0]);
        }
      });
      const expected = kept.map(({ value }) => value);
      expect(valuesOf(list)).toEqual({ forth: expected, back: expected.toReversed() });
    }),
  );
});
