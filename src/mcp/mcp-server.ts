import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { OctavecError, optionalPackage, reasonOf, version } from '../base/index.js';
import type { Index } from '../search/index.js';
import { fetchTool } from './fetch-tool.js';
import { fetchInput, fetchOutput, searchInput, searchOutput } from './schemas.js';
import { searchTool } from './search-tool.js';

/** What of an index assistants use: nothing that could change it. */
export type ReadableIndex = Pick<Index, 'search' | 'document' | 'manifest' | 'facts' | 'path'>;

export interface McpOptions {
  /** Told of errors that are not the client's doing. */
  readonly onError?: (message: string) => void;
}

/** A server for one client, and what of its work is not done yet. */
export interface IndexServer {
  readonly server: McpServer;
  /** Answers that are under way. */
  readonly pending: ReadonlySet<Promise<unknown>>;
}

/** Makes a server for each client that comes; it does not wait for anything. */
export type MakeIndexServer = () => IndexServer;

const readOnly = { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false };

/**
 * Makes servers of the Model Context Protocol with two tools, `search` and `fetch`, over an index. They are not connected yet, and say
 * of the index what was so when this was called.
 *
 * @throws PACKAGE_MISSING without `@modelcontextprotocol/sdk`; INDEX_NOT_FOUND, INDEX_DAMAGED
 */
export async function indexServers(index: ReadableIndex, options: McpOptions = {}): Promise<MakeIndexServer> {
  const { McpServer } = await protocolSdk(() => import('@modelcontextprotocol/sdk/server/mcp.js'));
  const instructions = await describe(index);
  return () => withTools(new McpServer({ name: 'octavec', version }, { instructions }), index, options);
}

function withTools(server: McpServer, index: ReadableIndex, { onError }: McpOptions): IndexServer {
  const pending = new Set<Promise<unknown>>();
  const answer = (work: Promise<object>): Promise<CallToolResult> => {
    const answered = work.then(asResult, (error) => asError(error, onError));
    pending.add(answered);
    return answered.finally(() => pending.delete(answered));
  };
  server.registerTool(
    'search',
    {
      title: 'Search documents',
      description:
        'Finds passages of the indexed documents that answer a question, the best first, with their texts and sources. Use fetch to read on around one.',
      inputSchema: searchInput,
      outputSchema: searchOutput,
      annotations: readOnly,
    },
    (asked, { signal }) => answer(searchTool(index, asked, signal)),
  );
  server.registerTool(
    'fetch',
    {
      title: 'Read a document',
      description:
        'Gives a passage with its neighbours by the id of a result, or a document from its beginning by the id of the document. "next" is the id to read on with.',
      inputSchema: fetchInput,
      outputSchema: fetchOutput,
      annotations: readOnly,
    },
    (asked) => answer(fetchTool(index, asked)),
  );
  server.server.onerror = (error) => onError?.(reasonOf(error));
  return { server, pending };
}

/**
 * Loads a part of the official SDK.
 *
 * @throws PACKAGE_MISSING
 */
export function protocolSdk<Module>(load: () => Promise<Module>): Promise<Module> {
  return optionalPackage(load, '@modelcontextprotocol/sdk', 'The Model Context Protocol');
}

/** Tells assistants about the server: that there is an index, and of what. */
async function describe(index: ReadableIndex): Promise<string> {
  const manifest = await index.manifest();
  if (manifest === undefined) {
    throw new OctavecError('INDEX_NOT_FOUND', { path: index.path });
  }
  const { documents } = await index.facts();
  const names = manifest.sources.map(({ name }) => name).join(', ');
  const where = names === '' ? '' : ` (${names})`;
  return `Search and read ${documents.toLocaleString('en')} documents${where} of the user. Name the sources of what you take from them.`;
}

/** Returns a result as text for every client, and as data for those that read it. */
function asResult(result: object): CallToolResult {
  return { content: [{ type: 'text', text: JSON.stringify(result) }], structuredContent: { ...result } };
}

function asError(error: unknown, onError: McpOptions['onError']): CallToolResult {
  if (!(error instanceof OctavecError)) {
    onError?.((error as Error)?.stack ?? String(error));
  }
  const text = error instanceof OctavecError ? error.message : 'The search failed inside octavec; its log says why.';
  return { content: [{ type: 'text', text }], isError: true };
}
