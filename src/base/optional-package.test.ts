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
