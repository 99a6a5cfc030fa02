import { expect, test } from 'vitest';
import { optionalPackage } from './optional-package.js';

const notFound = (name: string) =>
  Object.assign(new Error(`Cannot find package '${name}' imported from octavec`), { code: 'ERR_MODULE_NOT_FOUND' });

test('gives the package that is there', async () => {
  expect(await optionalPackage(async () => ({ answer: 42 }), 'lib', 'A thing')).toEqual({ answer: 42 });
});

test('a package that is not installed is an error with the command that installs it', async () => {
  const missing = optionalPackage(() => Promise.reject(notFound('lib')), 'lib', 'S3 storage');
  await expect(missing).rejects.toMatchObject({
    code: 'PACKAGE_MISSING',
    message: 'S3 storage needs the package lib, which is not installed. Run "npm install lib".',
  });
});

test('what fails in the package, or what it lacks itself, is thrown as it is', async () => {
  const broken = optionalPackage(() => Promise.reject(notFound('its-own-dependency')), 'lib', 'A thing');
  await expect(broken).rejects.toMatchObject({ code: 'ERR_MODULE_NOT_FOUND' });
});

test('a package whose name only begins so is another one', async () => {
  const other = optionalPackage(() => Promise.reject(notFound('lib-extra')), 'lib', 'A thing');
  await expect(other).rejects.toMatchObject({ code: 'ERR_MODULE_NOT_FOUND' });
  const scoped = optionalPackage(() => Promise.reject(notFound('@lancedb/lancedb')), '@lancedb/lancedb', 'A thing');
  await expect(scoped).rejects.toMatchObject({ code: 'PACKAGE_MISSING', details: { name: '@lancedb/lancedb' } });
});

test('what is thrown need not be an error', async () => {
  await expect(optionalPackage(() => Promise.reject('text'), 'lib', 'A thing')).rejects.toBe('text');
  await expect(optionalPackage(() => Promise.reject(undefined), 'lib', 'A thing')).rejects.toBeUndefined();
});
