import { expect, test } from 'vitest';
import type { ReadableIndex } from './mcp-server.js';
import { serveStdio } from './serve-stdio.js';

test('a signal that came before ends the server at once', async () => {
  const facts = { documents: 1, chunks: 1 };
  const index = { facts: async () => facts, manifest: async () => ({ sources: [] }), path: 'docs.index' };
  await expect(serveStdio(index as unknown as ReadableIndex, { signal: AbortSignal.abort() })).resolves.toBeUndefined();
});
