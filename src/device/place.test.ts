import { describe, expect, test } from 'vitest';
import { type PlaceOptions, placeOf } from './place.js';

describe('files go', () => {
  test.each<[PlaceOptions, string, boolean]>([
    [{ app: 'com.example.app' }, '/sdcard/Android/data/com.example.app/files/models', true],
    [{ to: '/data/local/tmp/models' }, '/data/local/tmp/models', true],
    [{ to: '/data/local/tmp/models///' }, '/data/local/tmp/models', true],
    [{ to: '/sdcard/with a space/ü', app: 'a.b' }, '/sdcard/with a space/ü', true],
    [{ app: 'com.example.app', runAs: true }, 'files/models', false],
    [{ app: 'com.example.app', runAs: true, to: 'files/mine/' }, 'files/mine', false],
  ])('%j', (options, folder, isOpen) => {
    expect(placeOf(options)).toMatchObject({ folder, isOpen });
  });

  test('as the app, in quotes that nothing in the script ends', () => {
    const { as } = placeOf({ app: 'com.example.app', runAs: true });
    expect(as("mkdir 'a b'")).toBe(`run-as com.example.app sh -c 'mkdir '\\''a b'\\'''`);
    expect(placeOf({ to: '/a' }).as('ls')).toBe('ls');
  });
});

test.each<[PlaceOptions, RegExp]>([
  [{}, /not said where on the device\. Give --app/],
  [{ runAs: true }, /not said as which app/],
  [{ runAs: true, to: 'files' }, /not said as which app/],
  [{ app: 'example' }, /"example" is no name of a package/],
  [{ app: 'com.example.app; rm -rf /' }, /is no name of a package/],
  [{ app: 'com.1example' }, /is no name of a package/],
  [{ app: 'com..app' }, /is no name of a package/],
  [{ app: "com.a'b" }, /is no name of a package/],
  [{ app: 'com.example.app\nreboot' }, /is no name of a package/],
  [{ to: 'relative/path' }, /Give an absolute path/],
  [{ to: '/' }, /is no folder that octavec writes to/],
  [{ to: '///' }, /is no folder/],
  [{ to: '' }, /is no folder/],
  [{ to: '/sdcard/../system' }, /without "\.\."/],
  [{ to: '/sdcard/a\0b' }, /is no folder/],
  [{ app: 'a.b', runAs: true, to: '/data/data/a.b' }, /below the app's own folder/],
  [{ app: 'a.b', runAs: true, to: '../c.d/files' }, /below the app's own folder/],
])('refused: %j', (options, said) => {
  expect(() => placeOf(options)).toThrow(
    expect.objectContaining({ code: 'USAGE', message: expect.stringMatching(said) }),
  );
});
