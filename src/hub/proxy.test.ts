import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { hubServer } from '../../test/support/hub-server.js';
import { askHub } from './hub-request.js';
import { hubSettings } from './hub-settings.js';
import { proxyFor } from './proxy.js';

afterEach(() => vi.unstubAllEnvs());

describe('the proxy for an address', () => {
  const proxy = { HTTPS_PROXY: 'http://p:1', http_proxy: 'q:2' };
  test.each([
    ['https://huggingface.co/x', proxy, 'http://p:1/'],
    ['http://mirror/x', proxy, 'http://q:2/'],
    ['https://huggingface.co/x', { HTTP_PROXY: 'http://p:1' }, undefined],
    ['https://huggingface.co/x', { ...proxy, NO_PROXY: 'localhost, huggingface.co' }, undefined],
    ['https://cdn.huggingface.co/x', { ...proxy, NO_PROXY: '.huggingface.co' }, undefined],
    ['https://cdn.huggingface.co/x', { ...proxy, no_proxy: 'huggingface.co:443' }, undefined],
    ['https://cdn.huggingface.co/x', { ...proxy, no_proxy: 'huggingface.co:80' }, 'http://p:1/'],
    ['https://xhuggingface.co/x', { ...proxy, NO_PROXY: 'huggingface.co' }, 'http://p:1/'],
    ['https://huggingface.co/x', { ...proxy, NO_PROXY: '*' }, undefined],
  ])('%s with %j', (url, environment, address) => {
    expect(proxyFor(new URL(url), environment)?.address.href).toBe(address);
  });

  test('must be an address', () => {
    const wrong = { HTTPS_PROXY: 'socks5://p:1' };
    expect(() => proxyFor(new URL('https://x'), wrong)).toThrow('HTTPS_PROXY is no address of a proxy');
  });
});

describe('the hub behind a proxy', () => {
  /** A proxy that opens tunnels, wherever to, to one place. */
  async function proxyTo(endpoint: string, password?: string) {
    const asked: string[] = [];
    const server = createServer().on('connect', (request, socket) => {
      asked.push(`${request.url} ${request.headers['proxy-authorization'] ?? ''}`.trim());
      if (password !== undefined && request.headers['proxy-authorization'] !== password) {
        socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
        return;
      }
      const through = connect(Number(new URL(endpoint).port), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
        through.pipe(socket).pipe(through);
      });
      through.on('error', () => socket.destroy());
      socket.on('error', () => through.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
  }
  const settingsFor = async () => ({ ...(await hubSettings({ HF_ENDPOINT: 'http://hub.test' })), retryDelayMs: 1 });
  const listing = new URL('http://hub.test/api/models/a/b/revision/main');

  test('is asked through it, with its password', async () => {
    const hub = await hubServer({ kind: 'model', id: 'a/b', files: { x: 'y' } });
    const proxy = await proxyTo(hub.endpoint);
    vi.stubEnv('HTTP_PROXY', `http://me:secret@${proxy.address}`);
    const response = await askHub(listing, { what: 'a/b' }, await settingsFor());
    expect(await response.json()).toMatchObject({ siblings: [{ rfilename: 'x' }] });
    expect(proxy.asked).toEqual([`hub.test:80 Basic ${Buffer.from('me:secret').toString('base64')}`]);
  });

  test('names the proxy, without the password, where that refuses', async () => {
    const proxy = await proxyTo('http://127.0.0.1:1', 'other');
    vi.stubEnv('HTTP_PROXY', `http://me:secret@${proxy.address}`);
    const asked = askHub(listing, { what: 'a/b' }, await settingsFor());
    await expect(asked).rejects.toThrow(`407`);
    const error = await asked.catch((reason) => reason);
    expect(error.message).toContain(`through the proxy http://${proxy.address}, which HTTP_PROXY names`);
    expect(error.message).not.toContain('secret');
  });
});
