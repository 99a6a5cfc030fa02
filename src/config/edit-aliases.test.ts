import { describe, expect, test } from 'vitest';
import { withAlias } from './edit-aliases.js';

describe('an alias is written', () => {
  test.each([
    ['', '[models.aliases]\nhouse = "a/b"\n'],
    ['threads = 2', 'threads = 2\n\n[models.aliases]\nhouse = "a/b"\n'],
    ['[models.aliases]\n# ours\nold = "c/d"\n', '[models.aliases]\nhouse = "a/b"\n# ours\nold = "c/d"\n'],
    [
      '[models.aliases]\nhouse = "c/d" # was\nold = "c/d"\n[hub]\noffline = true\n',
      '[models.aliases]\nhouse = "a/b"\nold = "c/d"\n[hub]\noffline = true\n',
    ],
  ])('into %j', (before, after) => {
    expect(withAlias(before, 'f', 'house', 'a/b')).toBe(after);
  });

  test('with a name that needs quotes, and taken out again', () => {
    const text = withAlias('threads = 2\n', 'f', 'v1.5', 'C:\\models "x"');
    expect(text).toContain('"v1.5" = "C:\\\\models \\"x\\""');
    expect(withAlias(text, 'f', 'v1.5', undefined)).toBe('threads = 2\n\n[models.aliases]\n');
    expect(withAlias(text, 'f', 'none', undefined)).toBe(text);
  });

  test.each([
    'models = { aliases = { house = "c/d" } }\n',
    '[models]\naliases = { house = "c/d" }\n',
    'models.aliases.x = "c/d"\n',
  ])('never over another form: %j', (text) => {
    expect(() => withAlias(text, 'f', 'house', 'a/b')).toThrow('change them there yourself');
  });
});
