import { expect, test } from 'vitest';
import { hashOfKey } from '../base/index.js';
import { refusal } from './serve-http.js';

const asked = { method: 'POST', url: '/mcp', headers: { host: '127.0.0.1:3001' } };
const statusOf = (changes: object, keys: readonly string[] = []) => refusal({ ...asked, ...changes }, keys)?.status;

test('programs on this machine may ask', () => {
  expect(statusOf({})).toBeUndefined();
  expect(statusOf({ headers: { host: 'localhost', origin: 'http://localhost:6274' } })).toBeUndefined();
  expect(statusOf({ headers: { host: '[::1]:80' }, url: '/mcp?x=1' })).toBeUndefined();
});

test.each<[string, object, number]>([
  ['a name that was led here', { host: 'evil.example:3001' }, 403],
  ['no name', {}, 403],
  ['what is no name', { host: 'a b' }, 403],
  ['a page of another site', { host: '127.0.0.1', origin: 'https://evil.example' }, 403],
  ['a page without an origin', { host: '127.0.0.1', origin: 'null' }, 403],
])('refused: %s', (_, headers, status) => {
  expect(statusOf({ headers })).toBe(status);
});

test('only POST to one path', () => {
  expect(statusOf({ url: '/other' })).toBe(404);
  expect(refusal({ ...asked, method: 'GET' }, [])).toMatchObject({ status: 405, headers: { allow: 'POST' } });
});

test('keys count where there are some', () => {
  const keys = [hashOfKey('secret')];
  expect(statusOf({}, keys)).toBe(401);
  expect(statusOf({ headers: { ...asked.headers, authorization: 'Bearer wrong' } }, keys)).toBe(401);
  expect(statusOf({ headers: { ...asked.headers, authorization: 'Bearer secret' } }, keys)).toBeUndefined();
});
