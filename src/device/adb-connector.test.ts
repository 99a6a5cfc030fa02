import { type AddressInfo, createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { adbAddress, adbConnector } from './adb-connector.js';

test.each([
  [{}, { host: '127.0.0.1', port: 5037 }],
  [{ ANDROID_ADB_SERVER_PORT: '6000' }, { host: '127.0.0.1', port: 6000 }],
  [{ ANDROID_ADB_SERVER_ADDRESS: '10.0.0.7' }, { host: '10.0.0.7', port: 5037 }],
  [
    { ADB_SERVER_SOCKET: 'tcp:6001', ANDROID_ADB_SERVER_PORT: '1' },
    { host: '127.0.0.1', port: 6001 },
  ],
  [{ ADB_SERVER_SOCKET: 'tcp:build.example:6002' }, { host: 'build.example', port: 6002 }],
  [{ ADB_SERVER_SOCKET: 'tcp:::1:6003' }, { host: '::1', port: 6003 }],
  [{ ADB_SERVER_SOCKET: 'localfilesystem:/tmp/adb' }, undefined],
])('%j leads to %j', (environment, address) => expect(adbAddress(environment)).toEqual(address));

async function connected(serve: (socket: Socket) => void) {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    serve(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const connector = adbConnector({ host: '127.0.0.1', port: (server.address() as AddressInfo).port });
  const connection = await connector.connect();
  return { ...connection, reader: (connection.readable as ReadableStream<Uint8Array>).getReader() };
}

test('a connection that ends is read to its end', async () => {
  const { reader, closed } = await connected((socket) => socket.end('hello'));
  expect(Buffer.from((await reader.read()).value ?? []).toString()).toBe('hello');
  expect((await reader.read()).done).toBe(true);
  await closed;
});

test('one that breaks is told to whoever reads', async () => {
  const { reader, closed } = await connected((socket) => setImmediate(() => socket.resetAndDestroy()));
  await expect(reader.read()).rejects.toThrow(/ECONNRESET/);
  await closed;
});

test('what is written arrives; nobody at the other end is an error at once', async () => {
  const arrived = new Promise<string>((resolve) => {
    void connected((socket) => socket.once('data', (data) => resolve(data.toString()))).then(({ writable }) =>
      (writable as unknown as WritableStream<Uint8Array>).getWriter().write(Buffer.from('over')),
    );
  });
  expect(await arrived).toBe('over');
  await expect(adbConnector({ host: '127.0.0.1', port: 1 }).connect()).rejects.toThrow(/ECONNREFUSED/);
});

test.each([
  ['tcp:[::1]:6003', { host: '::1', port: 6003 }],
  ['tcp:[fe80::1]:1', { host: 'fe80::1', port: 1 }],
  ['tcp:localhost:65535', { host: 'localhost', port: 65535 }],
  ['tcp:localhost:65536', undefined],
  ['tcp:localhost:0', undefined],
  ['tcp:localhost', undefined],
  ['tcp:', undefined],
  ['tcp:host:12x', undefined],
])('ADB_SERVER_SOCKET=%s leads to %j', (socket, address) => {
  expect(adbAddress({ ADB_SERVER_SOCKET: socket })).toEqual(address);
});

test.each(['x', '70000', '-1', '5037.5'])('a port of %s is none', (port) => {
  expect(adbAddress({ ANDROID_ADB_SERVER_PORT: port })).toBeUndefined();
});
