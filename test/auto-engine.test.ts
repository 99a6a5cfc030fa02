import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readModel, withGraph, writeModel } from 'octavec/onnx';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type EngineChoiceOptions, loadEngine, nativeEngineState } from '#rooms/engine';
import { dynamicInt8, type Selection } from '#rooms/quantize';
import { tinyModel } from './support/tiny-models.js';

const root = mkdtempSync(join(tmpdir(), 'octavec-auto-engine-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

type Files = Parameters<typeof loadEngine>[0];

function filesOf(name: string, onnxPath?: string): Files {
  const { padTokenId, head, onnxPath: own } = tinyModel(name);
  const rest = { tokenizerPath: '', maxTokens: 128, lowerCase: false, prompts: {} };
  return { ...rest, padTokenId, head, onnxPath: onnxPath ?? own };
}

/** A tiny model in INT8. */
async function quantized(name: string, selection: Selection = {}): Promise<Files> {
  const path = join(root, `${name}.onnx`);
  await writeModel(await dynamicInt8(await readModel(tinyModel(name).onnxPath), selection), path);
  return filesOf(name, path);
}

async function taken(files: Files, options: EngineChoiceOptions = {}) {
  await using engine = await loadEngine(files, { workers: 1, threads: 1, ...options });
  return engine.description;
}

describe.skipIf('reason' in nativeEngineState())('the engine that is taken by itself', () => {
  let cache: string;
  const notes = () =>
    readdirSync(cache, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.fitness.json'))
      .map((name) => join(cache, name));

  beforeEach(() => {
    cache = mkdtempSync(join(root, 'cache-'));
    vi.stubEnv('OCTAVEC_CACHE', cache);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  test('is native for a file of 8 bits that agrees with ONNX Runtime, which is noted', async () => {
    expect(await taken(await quantized('bert'))).toMatchObject({ name: 'native' });
    const [path, ...others] = notes();
    expect(others).toEqual([]);
    const { leastCosine } = JSON.parse(readFileSync(path, 'utf8'));
    expect(leastCosine).toBeGreaterThan(0.95);
  });

  test('is ONNX Runtime where the self-check found a difference, as long as file and engine are the same', async () => {
    const files = await quantized('bert');
    await taken(files);
    writeFileSync(notes()[0], JSON.stringify({ reason: 'its vectors differ', leastCosine: 0.5 }));
    expect(await taken(files)).toMatchObject({ name: 'onnxruntime', fallback: 'its vectors differ' });
    // Written again, it is another file.
    await quantized('bert');
    expect(await taken(files)).toMatchObject({ name: 'native' });
  });

  test('finds out again what is damaged', async () => {
    const files = await quantized('bert');
    await taken(files);
    for (const damaged of ['', '{', 'null', '[]', '{"reason": 5}']) {
      writeFileSync(notes()[0], damaged);
      expect(await taken(files)).toMatchObject({ name: 'native' });
      expect(JSON.parse(readFileSync(notes()[0], 'utf8'))).toHaveProperty('leastCosine');
    }
  });

  test('is ONNX Runtime for a file in full precision, with the reason', async () => {
    const fallback = expect.stringContaining('weights in FP32');
    expect(await taken(filesOf('bert'))).toMatchObject({ name: 'onnxruntime', fallback });
    expect(JSON.parse(readFileSync(notes()[0], 'utf8'))).toEqual({ reason: fallback });
    expect(await taken(filesOf('bert'), { engine: 'native' })).toMatchObject({ name: 'native' });
    expect(await taken(filesOf('bert'))).toMatchObject({ name: 'onnxruntime', fallback });
  });

  test('is ONNX Runtime for a file of which some layers are in full precision', async () => {
    const files = await quantized('bert', { exclude: ['ffn-down'] });
    const fallback = expect.stringContaining('weights in FP32');
    expect(await taken(files)).toMatchObject({ name: 'onnxruntime', fallback });
  });

  test('is ONNX Runtime for a model that the native engine does not know, and for workers that are processes', async () => {
    const files = await quantized('bert');
    const model = await readModel(files.onnxPath);
    // An activation of its own.
    const node = model.proto.graph.node.map((each) =>
      each.opType === 'Erf' || each.opType === 'Gelu' ? { ...each, opType: 'Softsign', attribute: [] } : each,
    );
    const onnxPath = join(root, 'unknown.onnx');
    await writeModel(withGraph(model, { ...model.proto.graph, node }), onnxPath);
    const fallback = expect.stringContaining('does not know this model');
    expect(await taken({ ...files, onnxPath })).toMatchObject({ name: 'onnxruntime', fallback });
    expect(JSON.parse(readFileSync(notes()[0], 'utf8'))).toEqual({ reason: fallback });
    expect(await taken({ ...files, onnxPath })).toMatchObject({ name: 'onnxruntime', fallback });
    expect(await taken(await quantized('bert'), { isolation: 'process' })).toMatchObject({
      ...{ name: 'onnxruntime', fallback: expect.stringContaining('isolation: process') },
    });
  });

  test('is the same where nothing can be written', async () => {
    vi.stubEnv('OCTAVEC_CACHE', '/dev/null/no');
    vi.stubEnv('TMPDIR', '/dev/null/no');
    expect(await taken(await quantized('bert'))).toMatchObject({ name: 'native' });
  });
});
