import { describe, expect, test } from 'vitest';
import { ConfigReader } from './config-reader.js';

const config = new ConfigReader('/m/config.json', {
  ...{ size: 12, none: null, zero: 0, half: 0.5, negative: -1, huge: 2 ** 31, text: 'gelu', empty: '', yes: true },
  ...{ names: ['a', 'b'], mixed: ['a', 1], inside: { size: 3, none: null }, list: [] },
});
const invalid = expect.objectContaining({ code: 'CONFIG_INVALID' });

describe('a key', () => {
  test('that has no value is as good as missing, and the next one counts', () => {
    expect(config.get('none', 'missing', 'size')).toBe(12);
    expect(config.get('none')).toBeUndefined();
    expect(config.count('none', 'size')).toBe(12);
    expect(config.get()).toBeUndefined();
  });

  test('that is 0, false or empty has a value', () => {
    expect(config.get('zero', 'size')).toBe(0);
    expect(config.text('empty', 'text')).toBe('');
  });

  test('that every object has is none', () => {
    expect(config.get('constructor', 'toString', '__proto__')).toBeUndefined();
  });
});

describe('values are of their type', () => {
  test('or missing', () => {
    expect(config.count('size')).toBe(12);
    expect(config.number('half')).toBe(0.5);
    expect(config.flag('yes')).toBe(true);
    expect(config.texts('names')).toEqual(['a', 'b']);
    expect(config.texts('list')).toEqual([]);
    expect(config.inner('inside')?.count('size')).toBe(3);
    expect(config.inner('inside')?.path).toBe('/m/config.json');
    for (const read of ['count', 'number', 'text', 'flag', 'texts', 'inner'] as const) {
      expect(config[read]('missing')).toBeUndefined();
    }
  });

  test.each([
    ['count', 'zero'],
    ['count', 'half'],
    ['count', 'negative'],
    ['count', 'huge'],
    ['count', 'text'],
    ['number', 'text'],
    ['text', 'size'],
    ['flag', 'size'],
    ['texts', 'mixed'],
    ['texts', 'text'],
    ['inner', 'names'],
    ['inner', 'text'],
    ['needCount', 'missing'],
    ['needCount', 'none'],
  ] as const)('%s refuses %s', (read, key) => {
    expect(() => config[read](key)).toThrow(invalid);
    expect(() => config[read](key)).toThrow(key);
  });

  test('numbers that JSON can write too large are none', () => {
    expect(() => new ConfigReader('x', JSON.parse('{"a": 1e999}')).number('a')).toThrow(invalid);
  });
});

test('one of a few values may be asked for; anything else is not converted', () => {
  expect(() => config.only('text', 'relu', 'gelu')).not.toThrow();
  expect(() => config.only('missing', 'relu')).not.toThrow();
  expect(() => config.only('none', 'relu')).not.toThrow();
  expect(() => config.only('zero', false)).toThrow('"zero": 0');
  expect(() => config.only('text', 'relu')).toThrow(expect.objectContaining({ code: 'MODEL_UNSUPPORTED' }));
});
