import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  dataType,
  floatTensor,
  makeNode,
  makeTensor,
  type OnnxModel,
  readModel,
  type TensorProto,
  tensorFloats,
  withGraph,
  withOpset,
  writeModel,
} from 'octavec/onnx';
import { InferenceSession } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { EncoderLinear, EncoderNorm } from '#rooms/encoder';
import { recogniseEncoder } from '#rooms/encoder';
import { loadEngine, nativeEngineState } from '#rooms/engine';
import { randomNumbers } from '#rooms/numbers';
import { optimize } from '#rooms/passes';
import { dynamicInt8, q4, q8, staticInt8, widen } from '#rooms/quantize';
import { bound, closeness, filesOf, native, worstCosine } from './support/native-closeness.js';
import { hiddenStatesOf } from './support/run-encoder.js';
import { type TinyModel, tinyModel, tinyModels, tokenBatch } from './support/tiny-models.js';

const folder = mkdtempSync(join(tmpdir(), 'octavec-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const texts = {
  tokens: tokenBatch(
    Array.from({ length: 24 }, (_, text) =>
      Array.from({ length: 4 + (text % 9) }, (_, i) => 5 + ((text * 131 + i * 37) % 400)),
    ),
  ),
  hash: 'made up',
};

// ONNX Runtime quantizes activations of all of these: with a scale for a text or a batch, for a block, or from calibration.
const methods = {
  int8: (model: OnnxModel) => dynamicInt8(model),
  'int8-static': (model: OnnxModel) => staticInt8(model, { texts }),
  // Smoothed: inputs of layers are multiplied with a vector before.
  q8: (model: OnnxModel) => q8(model, { texts }),
  q4: (model: OnnxModel) => q4(model),
  'q4, symmetric': (model: OnnxModel) => q4(model, { symmetric: true }),
} as const;
const bounds = { int8: 0.996, 'int8-static': 0.98, q8: 0.9999, q4: 0.9999, 'q4, symmetric': 0.9999 } as const;
const encoders = tinyModels();

/**
 * All methods by the exporter of today, of which calibrated ones are in another test, where they are made anyway; by the
 * older one, of each kind of weights one, and calibrated ones by turns.
 */
function methodsFor(name: string): readonly (keyof typeof methods)[] {
  const turn = encoders.findIndex((encoder) => encoder.name === name) % 4 < 2;
  return name.endsWith('model_dynamo.onnx')
    ? ['int8', 'q4', 'q4, symmetric']
    : ['int8', turn ? 'int8-static' : 'q8', turn ? 'q4' : 'q4, symmetric'];
}

describe.skipIf('reason' in nativeEngineState())("files of octavec's own methods on the native engine", () => {
  describe.each(encoders)('$name', (tiny) => {
    const source = readModel(tiny.onnxPath).then((model) => optimize(model));

    test.each(methodsFor(tiny.name))('%s', async (method) => {
      const onnxPath = join(folder, `${tiny.name.replaceAll('/', '-')}.${method.replaceAll(/\W+/g, '-')}.onnx`);
      await writeModel(await methods[method](await source), onnxPath);
      const { fp32, int8 } = await closeness(tiny, onnxPath);
      expect(fp32).toBeGreaterThan(bound(tiny.name, bounds[method]));
      expect(int8).toBeGreaterThan(bound(tiny.name, Math.min(bounds[method], 0.999)));
    });
  });

  test.each(encoders)("$name as ONNX Runtime's optimizer writes it", async (tiny) => {
    const onnxPath = join(folder, `${tiny.name.replaceAll('/', '-')}.optimized.onnx`);
    const session = await InferenceSession.create(tiny.onnxPath, {
      graphOptimizationLevel: 'extended',
      optimizedModelFilePath: onnxPath,
      logSeverityLevel: 3,
    });
    await session.release();
    const { fp32, int8 } = await closeness(tiny, onnxPath);
    expect(fp32).toBeGreaterThan(0.999999);
    expect(int8).toBeGreaterThan(bound(tiny.name, 0.9995));
  });
});

/** BERT in the operators that ONNX Runtime's transformers optimizer and Optimum fuse it into. */
async function fusedBert(tiny: TinyModel): Promise<OnnxModel> {
  const model = await readModel(tiny.onnxPath);
  const found = recogniseEncoder(model, { padTokenId: tiny.padTokenId });
  if ('reason' in found) {
    throw new Error(found.reason);
  }
  const { encoder } = found;
  const tensors: TensorProto[] = [];
  const add = (name: string, dims: readonly number[], data: Float32Array) => {
    tensors.push(floatTensor(name, dims, data));
    return name;
  };
  const stored = (name: string, tensor: TensorProto | undefined) =>
    tensor === undefined ? '' : add(name, tensor.dims, tensorFloats(model, tensor));
  /** [inputs × columns] */
  const weights = ({ weights, transposed }: EncoderLinear) => {
    const [rows, columns] = weights.dims;
    const values = tensorFloats(model, weights as TensorProto);
    return transposed
      ? Float32Array.from(values, (_, i) => values[(i % rows) * columns + Math.floor(i / rows)])
      : values;
  };
  const linear = (name: string, role: EncoderLinear, input: number) =>
    add(name, [input, weights(role).length / input], weights(role));
  const bias = ({ bias }: EncoderLinear) => tensorFloats(model, bias as TensorProto);
  const norm = (name: string, role?: EncoderNorm) => [
    stored(`${name}.g`, role?.gamma),
    stored(`${name}.b`, role?.beta),
  ];
  const epsilon = { float: 1e-12 };
  const domain = 'com.microsoft';
  const int32 = { attributes: { to: { int: dataType.int32 } } };
  const tables = [
    stored('words', encoder.words.values as TensorProto),
    stored('positions', encoder.positions?.table.values as TensorProto),
    add('types', [1, 64], encoder.tokenType as Float32Array),
  ];
  const nodes = [
    makeNode('Cast', ['input_ids'], ['ids'], int32),
    makeNode('Cast', ['attention_mask'], ['mask'], int32),
    makeNode('Sub', ['ids', 'ids'], ['segments']),
    makeNode(
      'EmbedLayerNormalization',
      ['ids', 'segments', ...tables, ...norm('embedding', encoder.embeddingNorm), 'mask'],
      ['state0', 'counted'],
      { domain, attributes: { epsilon } },
    ),
  ];
  encoder.layers.forEach((layer, i) => {
    const name = (suffix: string) => `layer${i}.${suffix}`;
    const three = [layer.query, layer.key, layer.value];
    const side = three.map(weights);
    const joined = Float32Array.from({ length: 64 * 192 }, (_, at) => {
      const column = at % 192;
      return side[Math.floor(column / 64)][Math.floor(at / 192) * 64 + (column % 64)];
    });
    const attentionInputs = [
      `state${i}`,
      add(name('qkv'), [64, 192], joined),
      add(name('qkv.bias'), [192], Float32Array.from(three.flatMap((role) => [...bias(role)]))),
      // A mask may be counted, or stand there as it is.
      i === 0 ? 'counted' : 'mask',
    ];
    const product = (output: string, input: string, role: EncoderLinear, inputs: number) =>
      makeNode('MatMul', [input, linear(`${output}.weights`, role, inputs)], [output]);
    const skip = (output: string, inputs: readonly string[], role: EncoderNorm | undefined, last: EncoderLinear) =>
      makeNode(
        'SkipLayerNormalization',
        [...inputs, ...norm(output, role), add(`${output}.bias`, [64], bias(last))],
        [output],
        { domain, attributes: { epsilon } },
      );
    nodes.push(
      makeNode('Attention', attentionInputs, [name('context')], { domain, attributes: { num_heads: { int: 4 } } }),
      product(name('out'), name('context'), layer.out, 64),
      skip(name('attended'), [name('out'), `state${i}`], layer.attentionNorm, layer.out),
      product(name('up'), name('attended'), layer.up, 64),
      makeNode('BiasGelu', [name('up'), add(name('up.bias'), [128], bias(layer.up))], [name('active')], { domain }),
      product(name('down'), name('active'), layer.down, 128),
      skip(`state${i + 1}`, [name('attended'), name('down')], layer.ffnNorm, layer.down),
    );
  });
  nodes.push(makeNode('Identity', [`state${encoder.layers.length}`], ['last_hidden_state']));
  return withOpset(
    withGraph(model, { ...model.proto.graph, node: nodes, initializer: tensors, valueInfo: [] }),
    domain,
    1,
  );
}

test.skipIf('reason' in nativeEngineState())('fused attention, embeddings and norms are written out', async () => {
  const tiny = tinyModel('bert');
  const onnxPath = join(folder, 'fused.onnx');
  await writeModel(await fusedBert(tiny), onnxPath);
  const { fp32, int8 } = await closeness(tiny, onnxPath);
  expect(fp32).toBeGreaterThan(0.999999);
  expect(int8).toBeGreaterThan(0.9995);
});

test.skipIf('reason' in nativeEngineState()).each([
  ['U8', dataType.uint8, 117],
  ['S8', dataType.int8, -9],
])('tables of words in %s with one scale and a zero point keep their bytes', async (_, type, zeroPoint) => {
  const tiny = tinyModel('distilbert');
  const model = await readModel(tiny.onnxPath);
  const { graph } = model.proto;
  const table = graph.initializer.find(({ dims }) => dims[0] === 512 && dims[1] === 64) as TensorProto;
  const scale = 0.004;
  const codes = Uint8Array.from(tensorFloats(model, table), (x) => {
    const [low, high] = type === dataType.uint8 ? [0, 255] : [-128, 127];
    return Math.max(low, Math.min(high, Math.round(x / scale) + zeroPoint));
  });
  const initializer = [
    ...graph.initializer.filter((tensor) => tensor !== table),
    makeTensor('codes', type, table.dims, codes),
    floatTensor('scale', [], Float32Array.of(scale)),
    makeTensor('zero', type, [], Uint8Array.of(zeroPoint)),
  ];
  const node = graph.node.flatMap((each) =>
    each.input[0] === table.name
      ? [
          { ...each, input: ['codes', each.input[1]], output: ['row'] },
          makeNode('DequantizeLinear', ['row', 'scale', 'zero'], each.output),
        ]
      : [each],
  );
  const onnxPath = join(folder, `table-${type}.onnx`);
  await writeModel(withGraph(model, { ...graph, node, initializer }), onnxPath);
  const { fp32, int8 } = await closeness(tiny, onnxPath);
  expect(fp32).toBeGreaterThan(0.999999);
  expect(int8).toBeGreaterThan(0.9995);
});

test.skipIf('reason' in nativeEngineState())('dense layers behind the pooling, in INT8 as in FP32', async () => {
  const tiny = tinyModel('bert');
  const random = randomNumbers(3);
  const numbers = (count: number, scale: number) =>
    Float32Array.from({ length: count }, () => scale * (random() - 0.5));
  const layer = (inputs: number, outputs: number, activation: 'tanh' | 'identity') => ({
    ...{ inputs, outputs, activation, bias: activation === 'tanh' ? numbers(outputs, 0.2) : undefined },
    weight: numbers(inputs * outputs, 4 / Math.sqrt(inputs)),
  });
  // A width that no register divides stands between them.
  const dense = [layer(64, 40, 'tanh'), layer(40, 24, 'identity')];
  const head: TinyModel['head'] = { pooling: ['mean'], includePrompt: true, dense, normalize: true };
  const files = filesOf({ ...tiny, head }, tiny.onnxPath);
  await using plain = await loadEngine(files, { engine: 'onnxruntime', workers: 1, threads: 1 });
  await using fp32 = await native(files, 'fp32');
  await using int8 = await native(files, 'int8');
  const expected = await plain.embed(tiny.batch);
  expect([plain.width, fp32.width, int8.width]).toEqual([24, 24, 24]);
  expect(worstCosine(expected, await fp32.embed(tiny.batch), 24)).toBeGreaterThan(0.999999);
  expect(worstCosine(expected, await int8.embed(tiny.batch), 24)).toBeGreaterThan(0.999);
});

/** The model up to its second layer, with its first words: weights of a trained model, and a tenth of the time. */
function partOf(model: OnnxModel): OnnxModel {
  const { graph } = model.proto;
  const last = graph.node.findLastIndex(({ name }) => name?.startsWith('/encoder/layer.1/'));
  const [states] = graph.output;
  const output = [{ ...states, name: graph.node[last].output[0] }];
  const initializer = graph.initializer.map((tensor) =>
    tensor.dims[0] === 30522
      ? floatTensor(tensor.name ?? '', [8192, 384], tensorFloats(model, tensor).slice(0, 8192 * 384))
      : tensor,
  );
  return withGraph(model, { ...graph, node: graph.node.slice(0, last + 1), output, initializer });
}

describe.skipIf('reason' in nativeEngineState())('all-MiniLM-L6-v2', () => {
  const onnxPath = 'models/all-MiniLM-L6-v2/onnx/model_fp16.onnx';
  const batch = tokenBatch([
    [101, 1037, 4937, 7719, 2006, 1996, 2723, 1012, 102],
    [101, 2054, 2003, 1996, 3007, 1997, 2605, 1029, 102],
  ]);
  const head = { pooling: ['mean'], includePrompt: true, dense: [], normalize: true } as const;
  const tiny: TinyModel = { name: 'MiniLM', onnxPath, padTokenId: 0, head, batch, hiddenStates: new Float32Array() };

  let source: OnnxModel;
  beforeAll(async () => {
    source = optimize(partOf(widen(await readModel(onnxPath))));
  });

  test.each(['int8-static', 'q8', 'q4'] as const)(
    '%s',
    async (method) => {
      const path = join(folder, `minilm.${method}.onnx`);
      const few = { ...texts, tokens: batch };
      // With texts, activations are smoothed.
      const made = { 'int8-static': () => staticInt8(source, { texts: few }), q8: () => q8(source, { texts: few }) };
      await writeModel(await { ...methods, ...made }[method](source), path);
      const { fp32, int8 } = await closeness(tiny, path, 384);
      expect(fp32).toBeGreaterThan(method === 'int8-static' ? 0.98 : 0.999);
      expect(int8).toBeGreaterThan(method === 'int8-static' ? 0.98 : 0.99);
    },
    120_000,
  );
});

test.skipIf('reason' in nativeEngineState()).each(encoders)('$name with padding inside of a text', async (tiny) => {
  const pad = tiny.padTokenId;
  const batch = tokenBatch([
    [5, pad, 6, 7, pad, pad, 8, 9],
    [9, 5, 6, 7],
    [pad, 5, 6, pad],
  ]);
  const files = filesOf(tiny, tiny.onnxPath);
  await using fp32 = await native(files, 'fp32');
  await using int8 = await native(files, 'int8');
  const expected = await hiddenStatesOf(tiny.onnxPath, pad, batch);
  expect(worstCosine(expected, await fp32.hiddenStates(batch))).toBeGreaterThan(0.999999);
  expect(worstCosine(expected, await int8.hiddenStates(batch))).toBeGreaterThan(bound(tiny.name, 0.999));
});
