import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type ErrorCode, type ErrorDetails, errorTable, OctavecError, reasonOf } from './errors.js';

const codes = Object.keys(errorTable) as ErrorCode[];

/** Details for any message: numbers are 7, hints whole sentences, every other part its own name. */
function anyDetails(): ErrorDetails<ErrorCode> {
  const special: Record<string, unknown> = {
    index: 7,
    id: 7,
    size: 7,
    bytes: 7,
    indices: [7, 9],
    files: [{ what: 'what', path: 'path', why: 'why', key: 'key', place: 'place', toString: () => 'file' }],
    hint: 'Do this.',
  };
  return new Proxy({}, { get: (_, key) => special[`${String(key)}`] ?? key }) as never;
}

describe.each(codes)('%s', (code) => {
  const error = new OctavecError(code, anyDetails());

  test('has a message of whole sentences on one line', () => {
    expect(error.message).toMatch(/^[A-Za-z"].*[.?]$/);
    expect(error.message.length).toBeGreaterThan(10);
    // NaN is a fault of the message, unless it is what the message is about.
    expect(error.message).not.toMatch(/undefined|\[object|(?<!gives )NaN|\.\./);
  });

  test('has statuses that exist', () => {
    expect([1, 2, 3]).toContain(error.exitStatus);
    expect(error.httpStatus).toBeGreaterThanOrEqual(400);
    expect(error.httpStatus).toBeLessThan(600);
  });
});

test('docs/errors.md has the codes and statuses of the table, in its order, and says what they mean', () => {
  const page = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| `([A-Z_]+)` \| (\d+) \| (\d+) \| (.+?) \| (.+?) \|$/gm)];
  expect(rows.map(([, code, exit, http]) => [code, Number(exit), Number(http)])).toEqual(
    codes.map((code) => [code, errorTable[code].exit, errorTable[code].http]),
  );
  for (const [, code, , , meaning, remedy] of rows) {
    expect(meaning, `meaning of ${code}`).toMatch(/^[A-Z`].{15,}[.)]$/);
    expect(remedy, `remedy of ${code}`).toMatch(/^[A-Z`].{8,}[.)]$/);
  }
});

test('what a file says cannot break out of the message', () => {
  const error = new OctavecError('FILE_NOT_FOUND', { path: 'a\u001b[2J\nb', what: 'The model' });
  expect(error.message).toBe('The model not found: a\\u001b[2J b. Check the path.');
  expect(error.details.path).toBe('a\u001b[2J\nb');
});

test('the cause is kept', () => {
  const cause = new Error('inside');
  expect(new OctavecError('CANCELLED', { what: 'x' }, cause).cause).toBe(cause);
  expect('cause' in new OctavecError('CANCELLED', { what: 'x' })).toBe(false);
});

test('reasons are one line without a full stop, whatever was thrown', () => {
  expect(reasonOf(new Error('first\nsecond.'))).toBe('first second');
  expect(reasonOf('text')).toBe('text');
  expect(reasonOf(undefined)).toBe('undefined');
});

test('statuses and details stand in the error, as the table has them', () => {
  const error = new OctavecError('USAGE', { problem: 'No' });
  expect([error.code, error.exitStatus, error.httpStatus, error.name]).toEqual(['USAGE', 2, 400, 'OctavecError']);
  expect(error.details).toEqual({ problem: 'No' });
  expect(error.message).toBe('No.');
  expect(error).toBeInstanceOf(Error);
});

test('a cause may be anything but undefined', () => {
  for (const cause of [null, 0, '', false]) {
    expect(new OctavecError('CANCELLED', { what: 'x' }, cause).cause).toBe(cause);
  }
});

test.each([
  [new Error(''), ''],
  [new Error('Ends so...'), 'Ends so..'],
  [new Error('  spaces \n'), 'spaces'],
  [null, 'null'],
  [42, '42'],
  [Symbol('x'), 'Symbol(x)'],
  [{ message: 'no error' }, '[object Object]'],
  [new OctavecError('CANCELLED', { what: 'x' }), 'Cancelled: x'],
  [new Error('\u001b[2J'), '\\u001b[2J'],
])('the reason of %s', (thrown, reason) => {
  expect(reasonOf(thrown)).toBe(reason);
});
