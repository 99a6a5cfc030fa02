import { setImmediate } from 'node:timers/promises';
import { whenAborted } from '../base/index.js';
import { indexServers, type McpOptions, protocolSdk, type ReadableIndex } from './mcp-server.js';

export interface StdioOptions extends McpOptions {
  /** Ends the server. */
  readonly signal: AbortSignal;
}

/**
 * Serves an index to the program that started this process, by its standard input and output, until that closes the input or the
 * signal is aborted. Nothing else may be written to the standard output meanwhile.
 *
 * @throws as {@link indexServers}
 */
export async function serveStdio(index: ReadableIndex, { signal, ...options }: StdioOptions): Promise<void> {
  const { StdioServerTransport } = await protocolSdk(() => import('@modelcontextprotocol/sdk/server/stdio.js'));
  const { server, pending } = (await indexServers(index, options))();
  const transport = new StdioServerTransport();
  const ended = new Promise<void>((resolve) => {
    const end = () => resolve();
    process.stdin.once('end', end).once('close', end);
    void whenAborted(signal).then(end);
    // It closes itself on what it cannot read any more.
    server.server.onclose = end;
  });
  await server.connect(transport);
  await ended;
  // What was asked before the input ended is answered, as in a pipe.
  while (!signal.aborted && pending.size > 0) {
    await Promise.all(pending);
    await setImmediate();
  }
  await server.close();
}
