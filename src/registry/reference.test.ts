import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
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

test('names that are nearly right are suggested', () => {
  expect(suggestName('bge-small-en-v1.5')).toBe('Did you mean BAAI/bge-small-en-v1.5?');
  expect(suggestName('BGE-smal-en-v1.5')).toBe('Did you mean BAAI/bge-small-en-v1.5?');
  expect(suggestName('my-own-thing')).toContain('owner/name');
});
