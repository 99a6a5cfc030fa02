import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { refuseBroken } from './refuse-broken.js';

/** What a client gets who sends these bytes; the further ones when something has come. */
async function answerTo(sent: string, further = '', answer = (response: ServerResponse) => void response.end('ok')) {
  const server = createServer((_, response) => answer(response));
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => refuseBroken(error, socket as Socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return new Promise<string>((resolve) => {
    let got = '';
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1', () => socket.write(sent));
    socket.on('data', (bytes) => {
      got += bytes;
      socket.write(further);
    });
    socket.on('error', () => undefined).on('close', () => resolve(got));
  });
}

const request = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

test.each([
  ['\x16\x03\x01\x02\x00\x01', '400 Bad Request'],
  [`GET / HTTP/1.1\r\nHost: a\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`, '431 Request Header Fields Too Large'],
  ['POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd', '400 Bad Request'],
])('%# is refused, and its connection closed', async (sent, status) => {
  expect(await answerTo(sent)).toBe(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
});

test('what does not come in time may come again', () => {
  const said: string[] = [];
  const socket = { writable: true, end: (words: string) => said.push(words) } as unknown as Socket;
  refuseBroken({ code: 'ERR_HTTP_REQUEST_TIMEOUT' }, socket);
  expect(said.join()).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
});

test('nothing is said in the middle of an answer', async () => {
  const got = await answerTo(request, 'no HTTP\r\n\r\n', (response) => {
    response.writeHead(200, { 'content-length': 100 });
    response.write('the first part');
  });
  expect(got).toMatch(/the first part$/);
  expect(got).not.toContain('400');
});
