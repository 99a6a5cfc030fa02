import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { askHub } from './hub-request.js';
import type { HubSettings } from './hub-settings.js';
import { describeRemoteFile } from './remote-file.js';

const settings: HubSettings = {
  ...{ endpoint: 'https://hub.example', cache: '/nowhere', token: 'hf_secret', offline: false },
  ...{ answerTimeoutMs: 1000, stallTimeoutMs: 1000, retryDelayMs: 0 },
};
const url = new URL('https://hub.example/a/b');
const what = 'the model a/b';

beforeEach(() => {
  vi.stubEnv('HTTPS_PROXY', '');
  vi.stubEnv('https_proxy', '');
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

/** Lets the network give these answers, one after the other; notes what it is asked. */
function network(...answers: (Response | Error)[]) {
  const asked: { readonly href: string; readonly headers: Readonly<Record<string, string>> }[] = [];
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    asked.push({ href: String(input), headers: init?.headers as Record<string, string> });
    const next = answers.shift() ?? new Error('no more answers');
    if (next instanceof Error) {
      throw next;
    }
    return next;
  });
  return asked;
}

const answer = (status: number, headers: Record<string, string> = {}) => new Response(null, { status, headers });
const leadTo = (location: string) => answer(302, { location });

describe('a request', () => {
  test('carries the token, and asks for bytes as they are stored', async () => {
    const asked = network(answer(200));
    expect((await askHub(url, { what }, settings)).status).toBe(200);
    expect(asked[0].headers).toMatchObject({ authorization: 'Bearer hf_secret', 'accept-encoding': 'identity' });
  });

  test('that is sent on to another host leaves the token behind', async () => {
    const asked = network(leadTo('https://cdn.example/x'), answer(200));
    await askHub(url, { what }, settings);
    expect(asked.map(({ href, headers }) => [href, 'authorization' in headers])).toEqual([
      ['https://hub.example/a/b', true],
      ['https://cdn.example/x', false],
    ]);
  });

  test('that is sent on within the hub, by a relative address, keeps it', async () => {
    const asked = network(leadTo('/c/d'), answer(200));
    await askHub(url, { what, stayOnHost: true }, settings);
    expect([asked[1].href, asked[1].headers.authorization]).toEqual(['https://hub.example/c/d', 'Bearer hf_secret']);
  });

  test('may stay on its host: then the way on is the answer', async () => {
    const asked = network(leadTo('https://cdn.example/x'));
    expect((await askHub(url, { what, stayOnHost: true }, settings)).status).toBe(302);
    expect(asked).toHaveLength(1);
  });

  test('that is sent round in a circle ends', async () => {
    const asked = network(...Array.from({ length: 60 }, () => leadTo('/a/b')));
    await expect(askHub(url, { what }, settings)).rejects.toMatchObject({
      code: 'HUB_UNREACHABLE',
      details: { why: expect.stringContaining('circle') },
    });
    expect(asked.length).toBeLessThanOrEqual(55);
  });

  test.each([200, 206, 416])('answered with status %d has its answer', async (status) => {
    network(answer(status));
    expect((await askHub(url, { what }, settings)).status).toBe(status);
  });
});

describe('what may get better is tried again', () => {
  test.each([408, 429, 500, 502, 503, 504])('status %d', async (status) => {
    const asked = network(answer(status), answer(200));
    expect((await askHub(url, { what }, settings)).status).toBe(200);
    expect(asked).toHaveLength(2);
  });

  test('a connection that breaks, five times in all', async () => {
    const asked = network(...Array.from({ length: 9 }, () => new Error('broken')));
    await expect(askHub(url, { what }, settings)).rejects.toMatchObject({
      code: 'HUB_UNREACHABLE',
      details: { endpoint: 'https://hub.example', what, why: 'broken' },
    });
    expect(asked).toHaveLength(5);
  });

  test.each(['ECONNREFUSED', 'ENOTFOUND'])('but not where nobody is (%s)', async (code) => {
    const cause = Object.assign(new Error(`connect ${code}`), { code });
    const asked = network(new TypeError('fetch failed', { cause }));
    await expect(askHub(url, { what }, settings)).rejects.toMatchObject({
      details: { why: expect.stringContaining(code) },
    });
    expect(asked).toHaveLength(1);
  });
});

describe('a refusal', () => {
  test.each([
    [404, {}, 'HUB_NOT_FOUND', 'it is not there'],
    [404, { 'x-error-code': 'RevisionNotFound' }, 'HUB_NOT_FOUND', 'it has no such revision'],
    [404, { 'x-error-code': 'EntryNotFound' }, 'HUB_NOT_FOUND', 'it has no such file'],
    [401, { 'x-error-code': 'RepoNotFound' }, 'HUB_NOT_FOUND', 'it is not there'],
    [401, {}, 'HUB_DENIED', 'it does not accept the token'],
    [403, { 'x-error-code': 'GatedRepo' }, 'HUB_DENIED', 'its conditions must be accepted on its page first'],
    [418, {}, 'HUB_UNREACHABLE', 'it answers with status 418'],
    [404, { 'x-error-code': 'constructor' }, 'HUB_NOT_FOUND', 'it is not there'],
  ] as [number, Record<string, string>, string, string][])('%d %j is %s: %s', async (status, headers, code, why) => {
    const asked = network(answer(status, headers));
    await expect(askHub(url, { what }, settings)).rejects.toMatchObject({ code, details: { what, why } });
    expect(asked).toHaveLength(1);
  });

  test('says without a token that one may be needed', async () => {
    const without = { ...settings, token: undefined };
    network(answer(404), answer(401));
    await expect(askHub(url, { what }, without)).rejects.toMatchObject({
      details: { why: 'it is not there, or private' },
    });
    await expect(askHub(url, { what }, without)).rejects.toMatchObject({ details: { why: 'it needs a token' } });
  });
});

describe('a file is described by its headers', () => {
  const describeFile = (headers: Record<string, string>) => {
    network(answer(200, headers));
    return describeRemoteFile(url, 'a file', settings, {});
  };

  test.each([
    [{ etag: '"abc"', 'content-length': '3' }, 'abc', 3],
    [{ etag: 'W/"abc"', 'content-length': '0' }, 'abc', 0],
    [{ etag: '"no"', 'x-linked-etag': '"yes"', 'content-length': '9', 'x-linked-size': '7' }, 'yes', 7],
  ])('%j', async (headers, etag, bytes) => {
    expect(await describeFile(headers as Record<string, string>)).toEqual({ url, what: 'a file', etag, bytes });
  });

  test.each([
    [{ 'content-length': '3' }],
    [{ etag: '"abc"' }],
    [{ etag: '""', 'content-length': '3' }],
    [{ etag: '"../../x"', 'content-length': '3' }],
    [{ etag: '".."', 'content-length': '3' }],
    [{ etag: `"${'a'.repeat(201)}"`, 'content-length': '3' }],
    [{ etag: '"abc"', 'content-length': '3', 'x-linked-size': '-1' }],
    [{ etag: '"abc"', 'content-length': '3', 'x-linked-size': '1e99' }],
  ])('a file that is not described is refused: %j', async (headers) => {
    await expect(describeFile(headers as unknown as Record<string, string>)).rejects.toMatchObject({
      code: 'HUB_UNREACHABLE',
      details: { what: 'a file' },
    });
  });
});
