import { describe, expect, test } from 'vitest';
import { OctavecError } from '../base/index.js';
import { checkConfiguration } from './check.js';

function messageFor(value: unknown, text?: string): string {
  try {
    checkConfiguration(value, 'octavec.toml', text);
  } catch (error) {
    expect(error).toBeInstanceOf(OctavecError);
    expect((error as OctavecError).code).toBe('SETTINGS_INVALID');
    return (error as OctavecError).message;
  }
  throw new Error('nothing was thrown');
}

test('what the schema takes is given back as it is', () => {
  const value = { threads: 2, to: ['int8'], gates: { house: { like: 'int8', cosineMean: 0.99 } } };
  expect(checkConfiguration(value, 'f')).toEqual(value);
  expect(checkConfiguration({}, 'f')).toEqual({});
});

describe('what the schema does not take', () => {
  test.each([
    [{ threads: 0 }, '"threads"'],
    [{ threads: 1.5 }, '"threads"'],
    [{ threads: '2' }, '"threads"'],
    [{ to: [] }, '"to"'],
    [{ to: ['int9'] }, '"to.0"'],
    [{ embedding: { max_length: -1 } }, '"embedding.max_length"'],
    [{ hub: { endpoint: 'not an address' } }, '"hub.endpoint"'],
    [{ server: { port: 65536 } }, '"server.port"'],
    [{ gates: { house: { cosineMean: 'high' } } }, '"gates.house.cosineMean"'],
  ])('%j is refused by its key', (value, key) => {
    expect(messageFor(value)).toContain(`octavec.toml cannot be used: ${key}: `);
  });

  test('a misspelled key is told with the one that was meant', () => {
    expect(messageFor({ thread: 2 })).toContain('there is no key "thread"; the nearest is "threads"');
    expect(messageFor({ embedding: { modl: 'x' } })).toContain(
      'there is no key "embedding.modl"; the nearest is "embedding.model"',
    );
    expect(messageFor({ gates: { house: { lik: 'int8' } } })).toContain('the nearest is "gates.house.like"');
  });

  test('a key that is like none is told with all that are known there', () => {
    expect(messageFor({ hub: { zzzzzzzzzz: 1 } })).toContain(
      'there is no key "hub.zzzzzzzzzz"; known are endpoint, cache, offline',
    );
  });

  test('all that is wrong is told at once, with the lines where they are known', () => {
    const text = 'threads = 0\n\n[hub]\noffline = 3\nx1234567 = 1\n';
    const message = messageFor({ threads: 0, hub: { offline: 3, x1234567: 1 } }, text);
    expect(message).toContain('line 1: "threads"');
    expect(message).toContain('line 4: "hub.offline"');
    expect(message).toContain('line 5: there is no key "hub.x1234567"');
  });

  test('a value that is no table at all is refused', () => {
    for (const value of [undefined, null, 3, 'x', []]) {
      expect(messageFor(value)).toContain('octavec.toml cannot be used');
    }
  });
});
