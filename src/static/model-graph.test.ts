import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { letterTokenizer } from '../../test/support/tiny-folder.js';
import { safetensorsBytes } from '../files/index.js';
import type { Head } from '../model/index.js';
import { writeModel } from '../onnx/index.js';
import { isTable, modelGraph, unknownIdOf } from './model-graph.js';
import { readGraphTable } from './read-graph-table.js';

const folder = mkdtempSync(join(tmpdir(), 'octavec-model-graph-'));
afterAll(() => rmSync(folder, { recursive: true }));

const tokenizerPath = join(folder, 'tokenizer.json');
writeFileSync(tokenizerPath, letterTokenizer());
const onnxPath = join(folder, 'model.safetensors');
const data = Float32Array.of(1, 2, 3, 4);
writeFileSync(onnxPath, safetensorsBytes([{ name: 'embeddings', type: 'F32', dims: [2, 2], data }]));
const head = { normalize: true } as Head;

const kinds = (model: Awaited<ReturnType<typeof modelGraph>>) => model.proto.graph.node.map(({ opType }) => opType);

describe('the file of a static model', () => {
  test.each([
    ['model.safetensors', 'model2vec', true],
    ['model.safetensors', 'sentence-transformers', true],
    ['onnx/model.onnx', 'model2vec', false],
    ['model.safetensors', undefined, false],
    ['folder.safetensors/model.onnx', 'model2vec', false],
  ] as const)('%s, read as by %s, is a table: %s', (path, staticReading, expected) => {
    expect(isTable({ onnxPath: path, staticReading })).toBe(expected);
  });

  test('that is a table becomes a graph with its rows and its path', async () => {
    const graph = await modelGraph({ onnxPath, tokenizerPath, head, staticReading: 'model2vec' });
    expect(graph.path).toBe(onnxPath);
    const table = readGraphTable(graph);
    expect(table).toMatchObject({ rows: 2, columns: 2 });
    expect(Buffer.from(table?.data ?? []).equals(Buffer.from(data.buffer))).toBe(true);
  });

  test('that is a graph is read as it is', async () => {
    const path = join(folder, 'model.onnx');
    const made = await modelGraph({ onnxPath, tokenizerPath, head, staticReading: 'model2vec' });
    await writeModel(made, path);
    const read = await modelGraph({ onnxPath: path, tokenizerPath: '/none', head, staticReading: 'model2vec' });
    expect(kinds(read)).toEqual(kinds(made));
  });
});

describe('the unknown token', () => {
  test('does not count in model2vec', async () => {
    expect(await unknownIdOf({ staticReading: 'model2vec', tokenizerPath })).toBe(1);
    expect(kinds(await modelGraph({ onnxPath, tokenizerPath, head, staticReading: 'model2vec' }))).toContain('Not');
  });

  test('counts elsewhere, and the tokenizer is not read for it', async () => {
    const files = { staticReading: 'sentence-transformers', tokenizerPath: '/none' } as const;
    expect(await unknownIdOf(files)).toBeUndefined();
    expect(kinds(await modelGraph({ onnxPath, head, ...files }))).not.toContain('Not');
  });
});
