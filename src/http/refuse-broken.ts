import type { Socket } from 'node:net';

/** What else than nonsense Node finds in what comes: clients send what was too slow again, and nothing of the others. */
const statuses: Readonly<Record<string, string>> = {
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: '413 Payload Too Large',
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
};

/**
 * Answers what is no request of HTTP, or did not come in time, and closes the connection. An answer to an earlier request that
 * is under way is broken off: words in the middle of it would be read as a part of it.
 */
export function refuseBroken({ code = '' }: { readonly code?: string }, socket: Socket): void {
  // Node keeps the answer there, and looks at it for the same reason.
  const { _httpMessage: answer } = socket as Socket & { readonly _httpMessage?: { readonly headersSent: boolean } };
  if (answer?.headersSent || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = statuses[code] ?? '400 Bad Request';
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
