import { expect, test } from 'vitest';
import { OctavecError } from '../../base/index.js';
import { failure, isFinal, pauseBefore, persistently } from './s3-retry.js';

const answer = (httpStatusCode: number, name = 'SomeError') =>
  Object.assign(new Error(''), { name, $metadata: { httpStatusCode } });

test.each([
  [answer(503, 'SlowDown'), false],
  [answer(500), false],
  [answer(429), false],
  [answer(409), false],
  [new Error('socket hang up'), false],
  [answer(403, 'ExpiredToken'), true],
  [answer(404), true],
  [new OctavecError('JOB_INPUT_CHANGED', { name: 'x' }), true],
])('%s is final: %s', (error, final) => expect(isFinal(error)).toBe(final));

test('what may go well is tried again, what is refused is not', async () => {
  let runs = 0;
  const value = await persistently('s3://b/k', async () => {
    if (++runs === 1) {
      throw answer(503, 'SlowDown');
    }
    return 'done';
  });
  expect([value, runs]).toEqual(['done', 2]);
  const refused = persistently('s3://b/k', async () => {
    runs++;
    throw answer(403, 'ExpiredToken');
  });
  await expect(refused).rejects.toMatchObject({
    code: 'STORE_FAILED',
    message: expect.stringContaining('ExpiredToken'),
  });
  expect(runs).toBe(3);
});

test('pauses grow, and differ; an error without words says its name and status', () => {
  expect(pauseBefore(1)).toBeGreaterThanOrEqual(100);
  expect(pauseBefore(4)).toBeGreaterThanOrEqual(800);
  expect(failure('s3://b/k', 'write', answer(418, 'Teapot')).message).toContain('Teapot (status 418)');
});
