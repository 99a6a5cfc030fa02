import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { HubSettings } from '../hub/index.js';
import { suggestName } from './known-names.js';
import { modelReference } from './reference.js';

const folder = mkdtempSync(join(tmpdir(), 'octavec-names-'));
const before = process.cwd();
beforeAll(() => {
  mkdirSync(join(folder, 'BAAI/bge'), { recursive: true });
  writeFileSync(join(folder, 'encoder.onnx'), '');
  process.chdir(folder);
});
afterAll(() => {
  process.chdir(before);
  rmSync(folder, { recursive: true });
});

test.each([
  ['intfloat/e5-small-v2', { kind: 'hub', id: 'intfloat/e5-small-v2' }],
  ['intfloat/e5-small-v2@refs/pr/3', { kind: 'hub', id: 'intfloat/e5-small-v2', revision: 'refs/pr/3' }],
  ['hf:BAAI/bge', { kind: 'hub', id: 'BAAI/bge' }],
  ['hf://BAAI/bge@v1', { kind: 'hub', id: 'BAAI/bge', revision: 'v1' }],
  ['https://huggingface.co/BAAI/bge-m3', { kind: 'hub', id: 'BAAI/bge-m3' }],
  ['https://huggingface.co/BAAI/bge-m3/tree/main/onnx', { kind: 'hub', id: 'BAAI/bge-m3', revision: 'main' }],
  ['https://hf.co/a/b/blob/v1.0/README.md?x=1', { kind: 'hub', id: 'a/b', revision: 'v1.0' }],
  ['minilm', { kind: 'embedded' }],
  ['all-MiniLM-L6-v2', { kind: 'embedded' }],
  ['encoder.onnx', { kind: 'path', path: 'encoder.onnx', notes: [] }],
  ['./BAAI/bge', { kind: 'path', path: './BAAI/bge', notes: [] }],
  ['~', { kind: 'path', path: homedir(), notes: [] }],
  ['./no/folder', { kind: 'unknown', text: './no/folder' }],
  ['models\\minilm', { kind: 'unknown', text: 'models\\minilm' }],
  ['sub/encoder.onnx', { kind: 'unknown', text: 'sub/encoder.onnx' }],
  ['https://example.org/a/b', { kind: 'unknown', text: 'https://example.org/a/b' }],
  ['https://huggingface.co/a%/b', { kind: 'unknown', text: 'https://huggingface.co/a%/b' }],
  ['https://huggingface.co/a/b/tree/%E0%A4%A', { kind: 'unknown', text: 'https://huggingface.co/a/b/tree/%E0%A4%A' }],
  ['https://huggingface.co/a/b/tree/refs%2Fpr%2F1', { kind: 'hub', id: 'a/b', revision: 'refs/pr/1' }],
  ['https://huggingface.co/a/b/resolve/v2/onnx/model.onnx', { kind: 'hub', id: 'a/b', revision: 'v2' }],
  ['https://huggingface.co/a/b/commit/0123abc', { kind: 'hub', id: 'a/b', revision: '0123abc' }],
  ['https://huggingface.co/a/b/discussions/12', { kind: 'hub', id: 'a/b' }],
  ['https://huggingface.co/a/b/', { kind: 'hub', id: 'a/b' }],
  ['https://huggingface.co/a/b#usage', { kind: 'hub', id: 'a/b' }],
  ['https://huggingface.co/a/b/tree', { kind: 'hub', id: 'a/b' }],
  ['ftp://huggingface.co/a/b', { kind: 'unknown', text: 'ftp://huggingface.co/a/b' }],
  ['https://huggingface.co/BAAI', { kind: 'unknown', text: 'https://huggingface.co/BAAI' }],
  ['https://huggingface.co/datasets/squad', { kind: 'unknown', text: 'https://huggingface.co/datasets/squad' }],
  ['https://huggingface.co/spaces/a/b', { kind: 'unknown', text: 'https://huggingface.co/spaces/a/b' }],
  ['MiniLM', { kind: 'embedded' }],
  ['@octavec/all-minilm-l6-v2', { kind: 'embedded' }],
  ['hf:minilm', { kind: 'unknown', text: 'hf:minilm' }],
  ['a/b@', { kind: 'unknown', text: 'a/b@' }],
  ['a/b c', { kind: 'unknown', text: 'a/b c' }],
  ['a/b.safetensors', { kind: 'unknown', text: 'a/b.safetensors' }],
  ['', { kind: 'unknown', text: '' }],
  ['a/b/c', { kind: 'unknown', text: 'a/b/c' }],
  ['../../no/such', { kind: 'unknown', text: '../../no/such' }],
  ['a/..', { kind: 'unknown', text: 'a/..' }],
])('%s', async (text, reference) => {
  expect(await modelReference(text)).toEqual(reference);
});

test('a folder of the name wins, and this is said', async () => {
  const reference = await modelReference('BAAI/bge');
  expect(reference).toEqual({ kind: 'path', path: 'BAAI/bge', notes: [expect.stringContaining('hf:BAAI/bge')] });
});

test('a folder that cannot be meant as a name is taken without a word', async () => {
  mkdirSync(join(folder, 'models/mine'), { recursive: true });
  const settings = { cache: join(folder, 'cache') } as HubSettings;
  const path = { kind: 'path', path: 'models/mine', notes: [] };
  expect(await modelReference('models/mine', { settings })).toEqual(path);
  mkdirSync(join(folder, 'cache/models--models--mine'), { recursive: true });
  expect(await modelReference('models/mine', { settings })).toMatchObject({ notes: [expect.any(String)] });
});

describe('a mirror of the hub', () => {
  afterEach(() => vi.unstubAllEnvs());
  const address = 'https://hub.example.org:8443/a/b/tree/v1';

  test('has pages that can be pasted, by the settings or by the environment', async () => {
    const reference = { kind: 'hub', id: 'a/b', revision: 'v1' };
    const settings = { endpoint: 'https://hub.example.org:8443' } as HubSettings;
    expect(await modelReference(address, { settings })).toEqual(reference);
    vi.stubEnv('HF_ENDPOINT', 'https://hub.example.org:8443/');
    expect(await modelReference(address)).toEqual(reference);
  });

  test('on another port is another host', async () => {
    const settings = { endpoint: 'https://hub.example.org' } as HubSettings;
    expect(await modelReference(address, { settings })).toEqual({ kind: 'unknown', text: address });
  });

  test('whose address is none does not hide what names are', async () => {
    vi.stubEnv('HF_ENDPOINT', 'hf-mirror.com');
    expect(await modelReference('hf:a/b')).toEqual({ kind: 'hub', id: 'a/b' });
    expect(await modelReference(address)).toEqual({ kind: 'unknown', text: address });
  });
});

test('names that are nearly right are suggested', () => {
  expect(suggestName('bge-small-en-v1.5')).toBe('Did you mean BAAI/bge-small-en-v1.5?');
  expect(suggestName('BGE-smal-en-v1.5')).toBe('Did you mean BAAI/bge-small-en-v1.5?');
  expect(suggestName('my-own-thing')).toContain('owner/name');
});
