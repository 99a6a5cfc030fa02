import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hashOfKey } from '#rooms/base';
import { Embedder } from '#rooms/embed';
import { type RunningMcpServer, serveHttp } from '#rooms/mcp';
import { Index } from '#rooms/search';
import { octavec } from './cli/octavec.js';
import { embeddedModel } from './support/golden-texts.js';

const folder = mkdtempSync(join(tmpdir(), 'octavec-mcp-'));
const path = join(folder, 'four.index');
const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const texts = {
  ai: 'Artificial intelligence transforms industries',
  ml: 'Machine learning improves predictions',
  dl: 'Deep learning uses neural networks',
  weather: 'The weather is sunny today',
};
let embedder: Embedder;
let index: Index;

beforeAll(async () => {
  mkdirSync(join(folder, 'four'));
  for (const [name, text] of Object.entries(texts)) {
    writeFileSync(join(folder, 'four', `${name}.md`), `---\ntopic: ${name}\n---\n${text}\n`);
  }
  writeFileSync(join(folder, 'outside.md'), 'A secret of nobody.');
  embedder = await Embedder.load(embeddedModel);
  index = await Index.open(path, { model: embedder });
  await index.update([join(folder, 'four')]);
});
afterAll(async () => {
  await index.close();
  await embedder.close();
  rmSync(folder, { recursive: true });
});

async function call(client: Client, name: string, asked: Record<string, unknown>) {
  const { isError = false, content, structuredContent } = await client.callTool({ name, arguments: asked });
  const [{ text }] = content as { text: string }[];
  return { isError, text, data: structuredContent as never };
}

/** What every client must find, however it is connected. */
function answersOf(client: () => Client) {
  test('has two tools that only read', async () => {
    const { tools } = await client().listTools();
    expect(tools.map(({ name }) => name)).toEqual(['search', 'fetch']);
    expect(tools.every(({ annotations }) => annotations?.readOnlyHint)).toBe(true);
    expect(client().getInstructions()).toMatch(/^Search and read \d documents \(four\)/);
  });

  test('leaves the weather out of the top three', async () => {
    const { text, data } = await call(client(), 'search', { query: 'AI and ML', top: 3 });
    expect(JSON.parse(text)).toEqual(data);
    const { results } = data as { results: Record<string, unknown>[] };
    expect(results.map(({ document }) => document).sort()).toEqual(['four/ai.md', 'four/dl.md', 'four/ml.md']);
    const ai = results.find(({ document }) => document === 'four/ai.md');
    expect(ai).toEqual({
      ...{ id: 'four/ai.md#1', title: 'four/ai.md', document: 'four/ai.md', text: texts.ai, lines: [4, 4] },
      ...{ url: pathToFileURL(join(folder, 'four/ai.md')).href, score: expect.any(Number), metadata: { topic: 'ai' } },
    });
  });

  test('filters, and reads what was found', async () => {
    const found = await call(client(), 'search', { query: 'AI', filter: 'topic = "weather"', mode: 'vector' });
    const [{ id }] = (found.data as { results: { id: string }[] }).results;
    const { data } = await call(client(), 'fetch', { id });
    expect(data).toMatchObject({ id: 'four/weather.md#1', text: texts.weather, metadata: { topic: 'weather' } });
  });

  test.each<[string, Record<string, unknown>, RegExp]>([
    ['search', {}, /query/],
    ['search', { query: ' ' }, /query/],
    ['search', { query: 'AI', top: 0 }, /top/],
    ['search', { query: 'AI', top: 1e9 }, /top/],
    ['search', { query: 'AI', mode: 'magic' }, /mode/],
    ['search', { query: 'AI', where: 'x' }, /where/],
    ['search', { query: 'AI', filter: 'topic =' }, /at character 8/],
    ['fetch', { id: 7 }, /id/],
    ['fetch', { id: 'outside.md' }, /holds no document or passage "outside\.md"/],
    ['fetch', { id: 'four/../outside.md' }, /holds no document/],
    ['fetch', { id: 'file:///etc/passwd' }, /holds no document/],
    ['remove', { id: 'four/ai.md' }, /not found/],
    ['fetch', { id: '' }, /id/],
  ])('%s with %j is an error that says what is wrong', async (name, asked, message) => {
    const { isError, text } = await call(client(), name, asked);
    expect({ isError, text }).toEqual({ isError: true, text: expect.stringMatching(message) });
  });
}

describe('octavec mcp over standard input and output', () => {
  let client: Client;
  beforeAll(async () => {
    client = new Client({ name: 'test', version: '1' });
    const env = { ...(process.env as Record<string, string>), XDG_CONFIG_HOME: '/nowhere' };
    await client.connect(new StdioClientTransport({ command: process.execPath, args: [main, 'mcp', path], env }));
  });
  afterAll(() => client.close());

  answersOf(() => client);

  test('sees what another process adds meanwhile', async () => {
    await index.add([{ id: 'new', text: 'Bees make honey.' }]);
    const { data } = await call(client, 'search', { query: 'Who makes honey?', top: 1 });
    expect(data).toMatchObject({ results: [{ document: 'new', url: 'octavec:new' }] });
    await index.remove(['new']);
    expect((await call(client, 'fetch', { id: 'new' })).isError).toBe(true);
  });
});

describe('over HTTP', () => {
  let server: RunningMcpServer;
  let client: Client;
  const headers = { authorization: 'Bearer secret' };
  const post = (body: string, more: Record<string, string> = {}) =>
    fetch(server.url, {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...headers,
        ...more,
      },
    });

  beforeAll(async () => {
    server = await serveHttp(index, { port: 0, apiKeys: [hashOfKey('secret')] });
    client = new Client({ name: 'test', version: '1' });
    await client.connect(new StreamableHTTPClientTransport(new URL(server.url), { requestInit: { headers } }));
  });
  afterAll(async () => {
    await client.close();
    await server[Symbol.asyncDispose]();
  });

  answersOf(() => client);

  test('refuses other sites and wrong keys, and survives what is no request', async () => {
    expect((await post('{}', { origin: 'https://evil.example' })).status).toBe(403);
    expect((await post('{}', { authorization: 'Bearer wrong' })).status).toBe(401);
    expect((await post('{')).status).toBe(400);
    expect((await post('[1]')).status).toBe(400);
    expect((await post(`"${'x'.repeat(1_100_000)}"`)).status).toBe(413);
    expect((await fetch(server.url, { headers })).status).toBe(405);
    expect((await client.listTools()).tools).toHaveLength(2);
  });

  test('says what is wrong with the port', async () => {
    const { port } = new URL(server.url);
    await expect(serveHttp(index, { port: Number(port) })).rejects.toMatchObject({ code: 'HOST_UNUSABLE' });
  });
});

describe('what is wrong is said before anybody asks', () => {
  test.each<[string[], number, string]>([
    [['none.index'], 1, 'There is no index in none.index'],
    [['four.index', '--http', '70000'], 2, 'a number from 0 to 65535'],
    [['four.index', '--api-key-file', 'keys'], 2, 'Add --http'],
    [['four.index', '--http', '--api-key-file', 'outside.txt'], 1, 'outside.txt'],
  ])('%j', async (args, status, message) => {
    expect(await octavec(['mcp', ...args], { cwd: folder })).toEqual({
      ...{ status, stdout: '', stderr: expect.stringContaining(message) },
    });
  });
});
