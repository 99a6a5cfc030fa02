/** Load over HTTP that takes as little of the CPU as can be: sockets that stay open, requests made beforehand. */
import { connect } from 'node:net';
import { ascending, quantile } from '../dist/numbers/index.js';

/** The bytes of a request. */
export function requestBytes(path, body) {
  const json = Buffer.from(JSON.stringify(body));
  const head = `POST ${path} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: ${json.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), json]);
}

const lastChunk = Buffer.from('0\r\n\r\n');

/** One connection, one request at a time. */
export function connection(url) {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname).setNoDelay(true);
  let waiting;
  let received = [];
  let missing = Number.POSITIVE_INFINITY;
  let status = 0;
  let startOfBody = 0;
  let isChunked = false;
  let tail = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    received.push(chunk);
    if (missing === Number.POSITIVE_INFINITY) {
      const all = Buffer.concat(received);
      const end = all.indexOf('\r\n\r\n');
      if (end < 0) {
        return;
      }
      const head = all.toString('latin1', 0, end);
      status = Number(head.slice(9, 12));
      startOfBody = end + 4;
      received = [all];
      isChunked = /transfer-encoding: chunked/i.test(head);
      missing = startOfBody + Number(/content-length: (\d+)/i.exec(head)?.[1] ?? (isChunked ? 1 : 0)) - all.length;
    } else {
      missing -= chunk.length;
    }
    // A body in chunks is not taken apart: it ends with an empty one.
    if (isChunked) {
      tail = Buffer.concat([tail, chunk]).subarray(-lastChunk.length);
      missing = tail.equals(lastChunk) ? 0 : 1;
    }
    if (missing <= 0) {
      const body = Buffer.concat(received).subarray(startOfBody);
      received = [];
      missing = Number.POSITIVE_INFINITY;
      waiting?.resolve({ status, body });
    }
  });
  const fail = (error) => waiting?.reject(error ?? new Error('the connection was closed'));
  socket.on('error', fail).on('close', () => fail(undefined));
  return {
    /** @returns {Promise<{ status: number, body: Buffer }>} */
    ask: (bytes) =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject };
        socket.write(bytes);
      }),
    close: () => socket.destroy(),
  };
}

/**
 * Sends requests over so many connections, each as soon as the one before is answered.
 *
 * @param {string} url
 * @param {readonly Buffer[]} requests
 * @param {{ connections: number, seconds: number }} options
 */
export async function load(url, requests, { connections, seconds }) {
  const latencies = [];
  const statuses = {};
  const start = performance.now();
  const end = start + 1000 * seconds;
  await Promise.all(
    Array.from({ length: connections }, async (_, number) => {
      const { ask, close } = connection(url);
      for (let i = number; performance.now() < end; i += connections) {
        const before = performance.now();
        const { status } = await ask(requests[i % requests.length]);
        latencies.push(performance.now() - before);
        statuses[status] = (statuses[status] ?? 0) + 1;
      }
      close();
    }),
  );
  const sorted = ascending(latencies);
  return {
    requests: latencies.length,
    perSecond: (1000 * latencies.length) / (performance.now() - start),
    p50: quantile(sorted, 0.5),
    p99: quantile(sorted, 0.99),
    statuses,
  };
}
