import { describe, expect, test } from 'vitest';
import { Admission, type WaitingLimits } from './admission.js';

const wide: WaitingLimits = {
  maxConcurrentRequests: 512,
  maxWaitingTexts: 20_000,
  maxWaitingTokens: 4_000_000,
  maxWaitingBytes: 32 * 2 ** 20,
  payloadLimit: 2_000_000,
};

const large = 1_000_000;

function admission(limits: Partial<WaitingLimits> = {}): Admission {
  return new Admission({ ...wide, ...limits });
}

describe('bodies', () => {
  test('are counted until they are given back, once', () => {
    const door = admission({ maxConcurrentRequests: 2 });
    const [first] = [door.receive(10), door.receive(10)];
    expect(() => door.receive(10)).toThrow('Model is overloaded');
    first();
    first();
    expect(door.requests).toBe(1);
    expect(() => door.receive(10)).not.toThrow();
  });

  test('share a bound of bytes, but for one on its own', () => {
    const door = admission({ maxWaitingBytes: 1000 });
    const release = door.receive(1500);
    expect(door.hasRoomFor(1)).toBe(false);
    release();
    door.receive(600);
    expect([door.hasRoomFor(400), door.hasRoomFor(401)]).toEqual([true, false]);
  });

  test('of unknown length count as the longest', () => {
    const door = admission({ payloadLimit: 800, maxWaitingBytes: 1000 });
    door.receive(undefined);
    expect([door.hasRoomFor(200), door.hasRoomFor(201)]).toEqual([true, false]);
  });

  test('beyond the limit of one are too large, whatever room there is', () => {
    expect(() => admission({ payloadLimit: 800 }).receive(801)).toThrow('801 bytes, and 800 are allowed');
  });
});

describe('texts', () => {
  const one = { texts: 1, tokens: 10, bytes: 40 };

  test.each([
    ['texts', { maxWaitingTexts: 1 }],
    ['tokens', { maxWaitingTokens: 19 }],
    ['bytes of answers', { maxWaitingBytes: 39 }],
  ])('are bounded by %s, but for a request on its own', (_what, limits) => {
    const door = admission(limits);
    const release = door.embed(one);
    expect(() => door.embed(one)).toThrow('Model is overloaded');
    release();
    expect(() => door.embed({ texts: 100, tokens: 100, bytes: 100 })).not.toThrow();
    expect(door.texts).toBe(100);
  });

  test('that were refused keep large bodies out until some have ended', () => {
    const door = admission({ maxWaitingTexts: 1 });
    const release = door.embed(one);
    expect(door.hasRoomFor(large)).toBe(true);
    expect(() => door.embed(one)).toThrow('Model is overloaded');
    expect([door.hasRoomFor(large), door.hasRoomFor(100)]).toEqual([false, true]);
    release();
    expect(door.hasRoomFor(large)).toBe(true);
  });
});
