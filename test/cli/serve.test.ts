import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { embeddedModel } from '../support/golden-texts.js';
import { octavec } from './octavec.js';

const program = new URL('../../dist/cli/main.js', import.meta.url).pathname;

let folder: string;
let children: ChildProcess[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'octavec-serve-'));
  children = [];
});
afterEach(() => {
  for (const child of children) {
    child.kill('SIGKILL');
  }
  rmSync(folder, { recursive: true, force: true });
});

/** Starts `octavec serve` and waits until it is ready. */
async function start(args: readonly string[], environment: Record<string, string> = {}) {
  const child = spawn(process.execPath, [program, 'serve', ...args], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  children.push(child);
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  await Promise.race([expect.poll(() => said, { timeout: 60_000 }).toMatch(/^ready$/m), ended]);
  const url = /listening on (\S+)/.exec(said)?.[1] ?? '';
  const post = async (path: string, body: object, key = 'first') => {
    const response = await fetch(url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify(body),
    });
    return response.status;
  };
  const info = async () => {
    const response = await fetch(`${url}/info`, { headers: { authorization: 'Bearer first' } });
    return (await response.json()) as Record<string, unknown>;
  };
  return { child, ended, said: () => said, post, info };
}

/** As editors and mounted secrets do it. */
function replace(path: string, text: string): void {
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}

test('the table [server] is read, and read again when it or the keys change; SIGTERM ends with 0', async () => {
  const config = join(folder, 'octavec.toml');
  const table = (size: number) =>
    `[server]\nmodels = [${JSON.stringify(embeddedModel)}]\nport = 0\napiKeyFile = "keys.txt"\nmaxClientBatchSize = ${size}\n`;
  writeFileSync(config, table(1));
  writeFileSync(join(folder, 'keys.txt'), 'first\n');
  const { child, ended, post, said } = await start(['--config', config]);
  expect(await post('/embed', { inputs: 'a' }, 'none')).toBe(401);
  expect(await post('/embed', { inputs: ['a', 'b'] })).toBe(422);
  replace(config, table(2));
  await expect.poll(() => post('/embed', { inputs: ['a', 'b'] }), { timeout: 20_000 }).toBe(200);
  replace(join(folder, 'keys.txt'), 'second\n');
  await expect.poll(() => post('/embed', { inputs: 'a' }), { timeout: 20_000 }).toBe(401);
  expect(await post('/embed', { inputs: 'a' }, 'second')).toBe(200);
  replace(config, `${table(2)}host = "0.0.0.0"\nmaxclientbatchsize = 3\n`);
  await expect.poll(said, { timeout: 20_000 }).toContain('"server.maxClientBatchSize"');
  expect(await post('/embed', { inputs: ['a', 'b'] }, 'second')).toBe(200);
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
}, 120_000);

test('the environment of Text Embeddings Inference is understood', async () => {
  const { info, post } = await start([], {
    ...{ MODEL_ID: embeddedModel, PORT: '0', SERVED_MODEL_NAME: 'house', AUTO_TRUNCATE: 'false', API_KEY: 'first' },
    ...{ MAX_CLIENT_BATCH_SIZE: '3', DEFAULT_PROMPT: 'query: ', MAX_CONCURRENT_REQUESTS: '7' },
  });
  expect(await info()).toMatchObject({
    ...{ model_id: 'all-MiniLM-L6-v2', served_model_name: 'house', auto_truncate: false },
    ...{ max_client_batch_size: 3, max_concurrent_requests: 7 },
  });
  expect(await post('/embed', { inputs: 'a '.repeat(999) })).toBe(422);
  expect(await post('/v1/embeddings', { input: 'a', model: 'house' })).toBe(200);
  expect(await post('/v1/embeddings', { input: 'a', model: 'other' })).toBe(404);
}, 120_000);

test.each([
  [['--default-prompt-name', 'none'], 2, 'none'],
  [['--auto-truncate', 'perhaps'], 2, 'true or false'],
  [['--alias', 'a=b'], 2, 'no name for a model that is served'],
])('%j is refused before anything listens', async (args, status, why) => {
  const { ended, said } = await start([embeddedModel, '--port', '0', ...args]);
  expect(await ended).toBe(status);
  expect(said()).toContain(why);
});

test('an index is served under its name, and changed by nobody', async () => {
  writeFileSync(join(folder, 'bees.md'), 'Bees make honey.');
  const made = await octavec(['index', 'bees.md', '--out', 'docs.index', '--model', embeddedModel], { cwd: folder });
  expect(made.status).toBe(0);
  const { post, child, ended } = await start([
    ...[embeddedModel, '--port', '0', '--index', `guide=${join(folder, 'docs.index')}`],
  ]);
  expect(await post('/search', { query: 'Who makes honey?', index: 'guide' })).toBe(200);
  expect(await post('/documents', { documents: [{ id: 'x', text: 'y' }] })).toBe(403);
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
}, 120_000);
