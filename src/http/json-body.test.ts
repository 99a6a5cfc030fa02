import Fastify from 'fastify';
import { expect, test } from 'vitest';
import { acceptJson } from './json-body.js';
import { problemOf } from './problem.js';

function appOf() {
  const app = Fastify({ bodyLimit: 1_000_000 });
  acceptJson(app);
  app.setErrorHandler((error, _request, reply) => {
    const { kind, message, status } = problemOf(error);
    reply.code(status).send({ kind, message });
  });
  const arrived: unknown[] = [];
  app.post('/', async ({ body }) => {
    arrived.push(body);
    return { body };
  });
  const send = (payload: string | Buffer, type = 'application/json') =>
    app.inject({ method: 'POST', url: '/', payload, headers: { 'content-type': type } });
  return { send, arrived };
}

test.each([
  ['{"a":1}', { a: 1 }],
  ['\ufeff{"a":1}', { a: 1 }],
  [' [1, "é😀"] ', [1, 'é😀']],
  ['{"__proto__":{"admin":true}}', JSON.parse('{"__proto__":{"admin":true}}')],
  ['null', null],
])('%j is taken as it is', async (text, value) => {
  const { send, arrived } = appOf();
  expect((await send(text)).statusCode).toBe(200);
  expect(arrived).toEqual([value]);
});

test('no body changes what all objects have', async () => {
  const { send } = appOf();
  await send('{"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}}}');
  expect(({} as { admin?: boolean }).admin).toBeUndefined();
});

test.each([
  ['', 'the body is empty; send a JSON object'],
  [' \n', 'the body is empty; send a JSON object'],
  ['\ufeff', 'the body is empty; send a JSON object'],
  ['{"a":', 'the body is not valid JSON: '],
  ['{a:1}', 'the body is not valid JSON: '],
  // Cut within a character, overlong, half of a surrogate pair in CESU-8, Latin-1.
  [Buffer.from([0x22, 0xc3, 0x22]), 'the body is not valid UTF-8'],
  [Buffer.from([0x22, 0xc0, 0x80, 0x22]), 'the body is not valid UTF-8'],
  [Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), 'the body is not valid UTF-8'],
  [Buffer.from('"é"', 'latin1'), 'the body is not valid UTF-8'],
  // UTF-16 with a byte order mark.
  [Buffer.from('\ufeff{}', 'utf16le'), 'the body is not valid UTF-8'],
])('%j is refused, and why', async (bytes, why) => {
  const { send, arrived } = appOf();
  const { statusCode, body } = await send(bytes);
  expect([statusCode, JSON.parse(body).kind]).toEqual([400, 'invalid']);
  expect(JSON.parse(body).message).toContain(why);
  expect(arrived).toEqual([]);
});

test.each(['text/json', 'text/plain', 'application/jsonp', 'application/json5x', 'application/x+jsonl'])(
  '%s is no JSON',
  async (type) => {
    const { statusCode, body } = await appOf().send('{}', type);
    expect([statusCode, JSON.parse(body).kind]).toEqual([415, 'wrong_content_type']);
  },
);

test('small bodies pass large ones, of which each gets a turn; a broken one holds up none', async () => {
  const { send, arrived } = appOf();
  const large = (name: string) => JSON.stringify({ name, filling: 'x'.repeat(100_000) });
  const answers = await Promise.all([
    send(large('first')),
    send(`${large('broken')}}`),
    send(large('second')),
    send(large('third')),
    send('{"name":"small"}'),
  ]);
  expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 400, 200, 200, 200]);
  const names = arrived.map((body) => (body as { name: string }).name);
  expect(names.indexOf('small')).toBeLessThan(names.indexOf('third'));
  expect(names.filter((name) => name !== 'small')).toEqual(['first', 'second', 'third']);
});
