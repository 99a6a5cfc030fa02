import { expect, test } from 'vitest';
import { OctavecError } from '../base/index.js';
import { plainError, revivedError } from './plain-error.js';

/** As an error arrives in another thread. */
const sent = (error: unknown) => revivedError(structuredClone(plainError(error)), 'model.onnx');

test('an error of the table arrives as what it was', () => {
  const error = new OctavecError('TEXT_TOO_LONG', { index: 3, tokens: 600, maxTokens: 512 });
  const arrived = sent(error);
  expect(arrived).toBeInstanceOf(OctavecError);
  expect(arrived).toMatchObject({ code: 'TEXT_TOO_LONG', details: { index: 3, tokens: 600, maxTokens: 512 } });
  expect(arrived.message).toBe(error.message);
});

test('its cause stays behind: it may be nothing that can be sent', () => {
  const cause = Object.assign(new Error('inside'), { callback: () => undefined });
  const arrived = sent(new OctavecError('CLOSED', { what: 'engine' }, cause));
  expect([arrived.code, arrived.cause]).toEqual(['CLOSED', undefined]);
});

test.each([
  [new TypeError('x is not a function'), 'x is not a function'],
  ['a word', 'a word'],
  [undefined, 'undefined'],
])('any other error is a failed run, with its reason: %s', (error, why) => {
  const arrived = sent(error);
  expect(arrived.code).toBe('ENGINE_RUN');
  expect(arrived.message).toContain('model.onnx');
  expect(arrived.message).toContain(why);
});
