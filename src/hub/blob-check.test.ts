import { expect, test } from 'vitest';
import { blobCheck } from './blob-check.js';

/** SHA-256 of "abc", and what git calls a file of "hello\n". */
const sha256 = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
const gitHello = 'ce013625030ba8dba906f756967f9e9ca394464a';
const gitEmpty = 'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391';

test.each([
  [sha256, 'abc', true],
  [sha256, 'abd', false],
  [sha256, '', false],
  [gitHello, 'hello\n', true],
  [gitHello, 'hello', false],
  [gitEmpty, '', true],
  ['not-a-hash', 'anything', true],
  [sha256.toUpperCase(), 'anything', true],
])('the etag %s fits %j: %s', (etag, content, expected) => {
  const check = blobCheck(etag, Buffer.byteLength(content));
  check.update(Buffer.from(content));
  expect(check.holds()).toBe(expected);
});

test('bytes may come in pieces', () => {
  const check = blobCheck(gitHello, 6);
  for (const piece of ['he', '', 'llo', '\n']) {
    check.update(Buffer.from(piece));
  }
  expect(check.holds()).toBe(true);
});

test('the length that was announced counts for git', () => {
  const check = blobCheck(gitHello, 5);
  check.update(Buffer.from('hello\n'));
  expect(check.holds()).toBe(false);
});
