import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { embeddedModel, goldenTexts } from '../support/golden-texts.js';
import { filesIn, octavec, octavecProcess, temporaryFolder } from './octavec.js';

const golden = goldenTexts.filter(({ text }) => text.length > 0 && !/[\r\n]/.test(text)).slice(0, 5);
const texts = golden.map(({ text }) => text);

interface Line {
  readonly text: string;
  readonly embedding: readonly number[];
}

const linesOf = (jsonl: string): Line[] =>
  jsonl
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

/** The least cosine to what sentence-transformers gives; all vectors have length 1. */
function leastCosine(vectors: readonly (readonly number[])[]): number {
  return Math.min(
    ...vectors.map((vector, i) => vector.reduce((sum, value, j) => sum + value * golden[i].embedding[j], 0)),
  );
}

describe('octavec embed', () => {
  test('prints a line of JSON for each text, in order', async () => {
    const { status, stdout, stderr } = await octavec(['embed', embeddedModel, '--', ...texts]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const lines = linesOf(stdout);
    expect(lines.map((line) => line.text)).toEqual(texts);
    expect(leastCosine(lines.map((line) => line.embedding))).toBeGreaterThan(0.9999);
  });

  test('takes a variant of the folder, or one file of it', async () => {
    const variants = inject('variants');
    const byName = await octavec(['embed', variants, '--variant', 'int8', '--threads', '1', 'a b']);
    const byFile = await octavec(['embed', join(variants, 'onnx/model_int8.onnx'), '--threads', '1', 'a b']);
    expect(byName.status).toBe(0);
    expect(byFile.stdout).toBe(byName.stdout);
    const original = await octavec(['embed', variants, '--threads', '1', 'a b']);
    expect(original.stdout).not.toBe(byName.stdout);
  });

  test('reads texts from files and writes .jsonl', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'in.jsonl');
    const out = join(folder, 'out.jsonl');
    writeFileSync(
      file,
      texts
        .slice(1)
        .map((text) => `${JSON.stringify({ id: 7, text })}\n`)
        .join(''),
    );
    const { status, stdout } = await octavec(['embed', embeddedModel, texts[0], '--file', file, '--out', out]);
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
    const lines = linesOf(readFileSync(out, 'utf8'));
    expect(lines.map((line) => line.text)).toEqual(texts);
    expect(leastCosine(lines.map((line) => line.embedding))).toBeGreaterThan(0.9999);
    expect(filesIn(folder)).toEqual(['in.jsonl', 'out.jsonl']);
  });

  test('writes a NumPy file', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'in.txt');
    const out = join(folder, 'new/vectors.npy');
    writeFileSync(file, texts.join('\n'));
    expect(await octavec(['embed', embeddedModel, '--file', file, '--out', out])).toMatchObject({ status: 0 });
    const bytes = readFileSync(out);
    const start = 10 + bytes.readUInt16LE(8);
    expect(bytes.subarray(0, start).toString('latin1')).toContain(
      "'descr': '<f4', 'fortran_order': False, 'shape': (5, 384)",
    );
    expect(bytes.length - start).toBe(5 * 384 * 4);
    const data = new Float32Array(bytes.buffer.slice(bytes.byteOffset + start, bytes.byteOffset + bytes.length));
    expect(leastCosine(texts.map((_, i) => Array.from(data.subarray(384 * i, 384 * (i + 1)))))).toBeGreaterThan(0.9999);
  });

  test('gives one JSON document', async () => {
    const { stdout } = await octavec(['embed', embeddedModel, '--json', 'a', 'b']);
    const document: Line[] = JSON.parse(stdout);
    expect(document.map(({ text, embedding }) => [text, embedding.length])).toEqual([
      ['a', 384],
      ['b', 384],
    ]);
  });

  test('puts a prompt before the texts, which are printed without it', async () => {
    const prompted = await octavec(['embed', embeddedModel, '--threads', '1', '--prompt', 'query: ', 'a b']);
    const spelled = await octavec(['embed', embeddedModel, '--threads', '1', 'query: a b']);
    expect(linesOf(prompted.stdout)).toEqual([{ ...linesOf(spelled.stdout)[0], text: 'a b' }]);
  });

  test('says how many texts were too long', async () => {
    const { status, stderr } = await octavec(['embed', embeddedModel, 'short', 'word '.repeat(300)]);
    expect(status).toBe(0);
    expect(stderr).toMatch(/1 of 2 texts .*256 tokens/);
  });

  test('stops quietly when the reader has enough', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'many.txt');
    writeFileSync(file, Array.from({ length: 40 }, (_, i) => `text ${i}`).join('\n'));
    const under = ['bash', '-c', 'set -o pipefail; "$@" | head -c 10', 'bash'];
    const { status, stdout, stderr } = await octavecProcess(['embed', embeddedModel, '--file', file], { under });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '{"text":"t', stderr: '' });
  });

  test('leaves nothing in other places: ONNX Runtime would keep logs and an identifier', async () => {
    const folder = temporaryFolder();
    const env = { TMPDIR: folder, HOME: folder, XDG_CACHE_HOME: folder };
    expect(await octavec(['embed', embeddedModel, 'a'], { env })).toMatchObject({ status: 0 });
    const ownCache = /^octavec(\/|$)/;
    expect(filesIn(folder).filter((name) => !ownCache.test(name))).toEqual([]);
  });

  test('says which line of a file holds no text', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'in.jsonl');
    writeFileSync(file, '{"text":"a"}\n{"title":"b"}\n');
    const { status, stderr } = await octavec(['embed', embeddedModel, '--file', file]);
    expect([status, stderr]).toEqual([1, expect.stringContaining('line 2 holds neither a string nor a "text"')]);
  });

  test('says which prompts there are', async () => {
    const { status, stderr } = await octavec(['embed', embeddedModel, '--prompt-name', 'query', 'a']);
    expect([status, stderr]).toEqual([2, expect.stringContaining('no prompt named "query"')]);
  });
});
