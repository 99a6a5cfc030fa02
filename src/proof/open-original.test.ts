import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { floats, type SmallModel, smallModel } from '../../test/support/small-model.js';
import { letterTokenizer } from '../../test/support/tiny-folder.js';
import {
  dataType,
  encodeModel,
  floatTensor,
  makeNode,
  makeTensor,
  type OnnxModel,
  readModel,
  type TensorProto,
  tensorFloats,
  writeModel,
} from '../onnx/index.js';
import { makeRecipe, withRecipe } from '../quantize/index.js';
import { openCandidate } from './candidate.js';
import { fileIdentity } from './identity.js';
import { openOriginal, vectorsHash } from './original.js';

/** Folders of models that are opened, and never run. */
let root: string;
let folder: string;
let temporary: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'octavec-open-'));
  [folder, temporary] = ['model', 'tmp'].map((name) => join(root, name));
  mkdirSync(join(folder, 'onnx'), { recursive: true });
  mkdirSync(temporary);
  vi.stubEnv('TMPDIR', temporary);
  writeFileSync(join(folder, 'tokenizer.json'), letterTokenizer());
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ model_type: 'bert', max_position_embeddings: 64 }));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true });
});

/** Words of two numbers, which the file keeps as they come. */
function encoder(table: TensorProto, more: Partial<SmallModel> = {}): OnnxModel {
  const cast =
    table.dataType === dataType.float
      ? []
      : [makeNode('Cast', ['table'], ['wide'], { attributes: { to: { int: 1 } } })];
  const words = cast.length === 0 ? 'table' : 'wide';
  return smallModel({
    inputs: { input_ids: 'int64[batch,tokens]', attention_mask: 'int64[batch,tokens]' },
    outputs: { last_hidden_state: 'float[batch,tokens,2]' },
    nodes: [...cast, makeNode('Gather', [words, 'input_ids'], ['last_hidden_state'])],
    initializers: [table],
    ...more,
  });
}
const numbers = [1, 0.5, -2, 0.25];
const single = floatTensor('table', [2, 2], Float32Array.from(numbers));
const half = makeTensor('table', dataType.float16, [2, 2], Uint16Array.of(0x3c00, 0x3800, 0xc000, 0x3400));
/** Fewer doubles are not taken for weights. */
const double = makeTensor(
  'table',
  dataType.double,
  [512, 2],
  Float64Array.from({ length: 1024 }, (_, i) => numbers[i % 4]),
);
const onnxPath = () => join(folder, 'onnx', 'model.onnx');
async function opened(model: OnnxModel, options?: Parameters<typeof openOriginal>[1]) {
  await writeModel(model, onnxPath());
  return openOriginal(folder, options);
}

describe('an original', () => {
  test('in FP32 is run as it is', async () => {
    await using original = await opened(encoder(single));
    expect(original.runnable).toBe(original.files);
    expect(original.identity).toEqual(await fileIdentity(await readModel(onnxPath()), 'fp32'));
    expect([original.notes, vectorsHash(original)]).toEqual([[], original.identity.sha256]);
    expect(readdirSync(temporary)).toEqual([]);
  });

  test.each([
    ['half precision', half, 'fp16', 0],
    ['double precision', double, 'fp64', 1],
  ])('in %s is run from a copy in FP32, which goes when it is closed', async (_, table, precision, notes) => {
    const original = await opened(encoder(table));
    const { identity, runnable, files } = original;
    expect(files.onnxPath).toBe(onnxPath());
    expect(dirname(dirname(runnable.onnxPath))).toBe(temporary);
    expect(identity).toMatchObject({ name: join('onnx', 'model.onnx'), precision });
    expect(identity.bytes).toBe(readFileSync(onnxPath()).length);
    expect(identity.fp32Bytes).toBe(readFileSync(runnable.onnxPath).length);
    expect(original.notes).toHaveLength(notes);
    expect(vectorsHash(original)).toBe(`${identity.sha256} widened`);
    const copy = await readModel(runnable.onnxPath);
    const widened = copy.proto.graph.initializer.find(({ dims }) => dims.length === 2) as TensorProto;
    expect([widened.dataType, ...tensorFloats(copy, widened).subarray(-4)]).toEqual([dataType.float, ...numbers]);
    await original.close();
    expect(readdirSync(temporary)).toEqual([]);
    expect(readFileSync(onnxPath()).length).toBe(identity.bytes);
  });

  /** The model with numbers that lie in a file beside it, and that no node reads. */
  const withNumbersOutside = (table: TensorProto): void => {
    const outside: TensorProto = {
      ...makeTensor('outside', dataType.int64, [400], new Uint8Array()),
      rawData: undefined,
      dataLocation: 1,
      externalData: [{ key: 'location', value: 'numbers' }],
    };
    const { proto } = encoder(table);
    const graph = { ...proto.graph, initializer: [table, outside] };
    writeFileSync(onnxPath(), Buffer.concat(encodeModel({ ...proto, graph })));
  };
  const cannotBeRead = () => ({ code: 'EXTERNAL_DATA', details: { path: onnxPath(), tensor: 'outside' } });

  test.each([
    ['FP32', single],
    ['half precision', half],
  ])('in %s whose external data are missing is an error that says so', async (_, table) => {
    withNumbersOutside(table);
    await expect(openOriginal(folder)).rejects.toMatchObject(cannotBeRead());
    expect(readdirSync(temporary)).toEqual([]);
  });

  test('leaves no copy behind that could not be written', async () => {
    withNumbersOutside(half);
    writeFileSync(join(folder, 'onnx', 'numbers'), 'too short');
    await expect(openOriginal(folder)).rejects.toMatchObject(cannotBeRead());
    expect(readdirSync(temporary)).toEqual([]);
  });

  test('that was quantized already says so', async () => {
    const nodes = [
      makeNode('Gather', ['table', 'input_ids'], ['words']),
      makeNode('DynamicQuantizeLinear', ['words'], ['codes', 'scale', 'zero']),
      makeNode('DequantizeLinear', ['codes', 'scale', 'zero'], ['last_hidden_state']),
    ];
    await using original = await opened(encoder(single, { nodes }));
    expect(original.identity.precision).toBe('quantized');
  });

  test('reads no more tokens than its inputs are made for', async () => {
    const inputs = { input_ids: 'int64[1,16]', attention_mask: 'int64[1,16]' };
    await using original = await opened(encoder(single, { inputs }));
    expect([original.files.maxTokens, original.runnable.maxTokens]).toEqual([16, 16]);
    const long = { input_ids: 'int64[batch,512]', attention_mask: 'int64[batch,512]' };
    await using other = await opened(encoder(single, { inputs: long }));
    expect(other.files.maxTokens).toBe(64);
  });

  test('has the hash of its conventions, which the ONNX file does not change', async () => {
    await using first = await opened(encoder(single));
    await using second = await opened(encoder(half));
    await using other = await opened(encoder(single), { pooling: 'cls' });
    expect(second.conventions).toBe(first.conventions);
    expect(other.conventions).not.toBe(first.conventions);
  });

  test('has its sparse weights written out, in what is quantized', async () => {
    const { proto, ...rest } = encoder(single);
    const indices = makeTensor('indices', dataType.int64, [2], BigInt64Array.of(0n, 3n));
    const sparse = { values: floats('table', [2], [7, 9]), indices, dims: [2, 2] };
    const graph = { ...proto.graph, initializer: [], sparseInitializer: [sparse] };
    await using original = await opened({ ...rest, proto: { ...proto, graph } });
    const { initializer, sparseInitializer } = original.model.proto.graph;
    expect(sparseInitializer).toEqual([]);
    expect([...tensorFloats(original.model, initializer[0])]).toEqual([7, 0, 0, 9]);
  });
});

describe('a candidate', () => {
  const recipe = makeRecipe('int8', 's'.repeat(64), { optimize: true }, 'c'.repeat(64));

  test('is recognised by its file, and has the recipe that the file holds', async () => {
    await writeModel(withRecipe(encoder(half), recipe), onnxPath());
    const candidate = await openCandidate(folder);
    expect(candidate.identity).toEqual(await fileIdentity(await readModel(onnxPath()), 'fp16'));
    expect(candidate).toMatchObject({ usualGate: 'fp16', engine: undefined, device: undefined });
    expect(candidate.recipe).toMatchObject({ method: 'int8', source: 's'.repeat(64) });
    expect(candidate.readsAsOriginal).toBeUndefined();
  });

  test('has another name if one is given, and the engine and device that are asked for', async () => {
    await writeModel(encoder(single), onnxPath());
    const candidate = await openCandidate(folder, { name: 'mine', engine: 'onnxruntime', device: 'cpu' });
    expect([candidate.identity.name, candidate.engine, candidate.device]).toEqual(['mine', 'onnxruntime', 'cpu']);
    expect(candidate.identity.sha256).toBe((await openCandidate(folder)).identity.sha256);
  });

  test('of a file alone reads as the original does', async () => {
    await using original = await opened(encoder(single), { maxTokens: 9 });
    const lone = join(root, 'lone.onnx');
    await writeModel(encoder(half), lone);
    const { files } = await openCandidate(lone, { like: original.files });
    expect(files).toMatchObject({ onnxPath: lone, maxTokens: 9, tokenizerPath: join(folder, 'tokenizer.json') });
    expect(files.folder).toBeUndefined();
  });

  test('that is none is an error', async () => {
    writeFileSync(onnxPath(), 'text');
    await expect(openCandidate(folder)).rejects.toMatchObject({ code: 'NOT_ONNX' });
    await expect(openCandidate(join(root, 'none'))).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
  });
});
