import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  floatTensor,
  intAttribute,
  makeNode,
  type OnnxModel,
  readModel,
  tensorFloats,
  withGraph,
  writeModel,
} from 'octavec/onnx';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rangeMethods } from '#rooms/calibration';
import { rolesOf } from '#rooms/encoder';
import { nativeEngineState, type TokenBatch } from '#rooms/engine';
import { foldConstants } from '#rooms/graph';
import { optimize } from '#rooms/passes';
import { type QuantizeOptions, quantize } from '#rooms/pipeline';
import { dynamicInt8, leftOut, q4, q8, smoothWithTexts, staticInt8 } from '#rooms/quantize';
import { asRun } from './support/as-run.js';
import { bound, closeness } from './support/native-closeness.js';
import { randomMatrix } from './support/random-matrix.js';
import { vectorsOf } from './support/run-encoder.js';
import { int64, largestDifference, runModel } from './support/run-model.js';
import { floats, integers, operators, smallModel } from './support/small-model.js';
import { makeTinyFolder } from './support/tiny-folder.js';
import { type TinyModel, tinyModels, tokenBatch } from './support/tiny-models.js';

const folder = mkdtempSync(join(tmpdir(), 'octavec-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Other texts than those that are looked at. */
const calibrating = {
  tokens: tokenBatch(
    Array.from({ length: 24 }, (_, text) =>
      Array.from({ length: 4 + (text % 9) }, (_, i) => 5 + ((text * 131 + i * 37) % 400)),
    ),
  ),
  hash: 'made up',
};

/** The same with a channel in all norms that reaches thirty times as far. */
function withOutliers(model: OnnxModel): OnnxModel {
  const { graph } = model.proto;
  const scales = new Set(
    graph.node.filter(({ opType }) => opType === 'LayerNormalization').map(({ input }) => input[1]),
  );
  const initializer = graph.initializer.map((tensor) =>
    scales.has(tensor.name ?? '')
      ? floatTensor(tensor.name ?? '', tensor.dims, tensorFloats(model, tensor).slice().fill(30, 5, 6))
      : tensor,
  );
  return withGraph(model, { ...graph, initializer });
}

const pathOf = ({ name }: Pick<TinyModel, 'name'>) => join(folder, `${name.replaceAll('/', '-')}.made.onnx`);

/** Pooled vectors, [texts × 64]. */
async function vectors({ name, padTokenId, head }: TinyModel, model: OnnxModel, batch: TokenBatch) {
  const onnxPath = pathOf({ name });
  await writeModel(model, onnxPath);
  return vectorsOf({ onnxPath, padTokenId, head }, batch);
}

function worstCosine(a: Float32Array, b: Float32Array, width = 64): number {
  const products = Array.from({ length: a.length / width }, (_, row) => {
    const range = [row * width, (row + 1) * width] as const;
    const dot = (x: Float32Array, y: Float32Array) =>
      x.subarray(...range).reduce((sum, value, i) => sum + value * y[range[0] + i], 0);
    return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
  });
  return Math.min(...products);
}

const makers = {
  int8: async (source: OnnxModel) => {
    const { model, statistics } = await smoothWithTexts(source, calibrating);
    return dynamicInt8(model, { statistics });
  },
  'int8-static': (source: OnnxModel) => staticInt8(source, { texts: calibrating }),
  q8: (source: OnnxModel) => q8(source, { texts: calibrating }),
  q4: (source: OnnxModel) => q4(source, { texts: calibrating }),
} as const;
const bounds = { int8: 0.998, 'int8-static': 0.985, q8: 0.999, q4: 0.95 } as const;
/** How near the native engine comes to ONNX Runtime on the same file; of the others are the tests of files without texts. */
const nativeBounds = { 'int8-static': 0.98, q8: 0.9999 } as const;

// One export each; those of both exporters are quantized without calibration in another test.
const subjects = tinyModels().filter(({ name }) => name.endsWith('model_dynamo.onnx'));

describe.each(subjects)('$name', (tiny) => {
  let source: OnnxModel;
  let exact: Float32Array;
  beforeAll(async () => {
    source = optimize(await readModel(tiny.onnxPath));
    exact = await vectors(tiny, source, tiny.batch);
  });

  test.each(Object.keys(makers) as (keyof typeof makers)[])('calibrated %s stays close', async (method) => {
    const made = await makers[method](source);
    const found = await vectors(tiny, made, tiny.batch);
    expect(worstCosine(exact, found)).toBeGreaterThan(bounds[method]);
    expect(largestDifference(exact, found)).toBeGreaterThan(0);
    if (method !== 'int8') {
      // A text alone, which dynamic INT8 gives another scale.
      const alone = { ids: tiny.batch.ids.slice(0, 16), offsets: Int32Array.of(0, 16) };
      expect(largestDifference(await vectors(tiny, made, alone), found.subarray(0, 64))).toBeLessThan(2e-3);
    }
    if (method in nativeBounds && !('reason' in nativeEngineState())) {
      const least = nativeBounds[method as keyof typeof nativeBounds];
      const native = await closeness(tiny, pathOf(tiny));
      expect(native.fp32).toBeGreaterThan(bound(tiny.name, least));
      expect(native.int8).toBeGreaterThan(bound(tiny.name, Math.min(least, 0.999)));
    }
  });
});

test.each(['int8', 'int8-static', 'q8'] as const)('%s leaves what is excluded as it is', async (method) => {
  const [tiny] = subjects;
  const source = optimize(await readModel(tiny.onnxPath));
  const exclude = ['q', 'k', 'v', 'ffn-up'];
  const { nodes } = leftOut(source, { exclude });
  expect(nodes.size).toBeGreaterThan(4);
  // Outliers that smoothing would go for.
  const outlying = withOutliers(source);
  const texts = calibrating;
  const smoothed = await smoothWithTexts(outlying, texts);
  expect(smoothed.choices.some(({ channels }) => channels > 0)).toBe(true);
  const made = await {
    int8: async () => {
      const { model, statistics } = await smoothWithTexts(outlying, texts, { exclude });
      return dynamicInt8(model, { exclude, statistics });
    },
    'int8-static': () => staticInt8(outlying, { texts, exclude }),
    q8: () => q8(outlying, { texts, exclude }),
  }[method]();
  const kept = new Set([...nodes].map(({ input, output }) => `${input} ${output}`));
  const found = made.proto.graph.node.filter(({ input, output }) => kept.has(`${input} ${output}`));
  expect(found).toHaveLength(nodes.size);
});

test('q4 keeps 8 bits for values, and 4 where queries, keys and values are one weight', async () => {
  const bitsOf = async (architecture: string) => {
    const tiny = subjects.find(({ name }) => name.startsWith(`${architecture}/`)) as TinyModel;
    const source = foldConstants(await readModel(tiny.onnxPath));
    const roles = new Map([...rolesOf(source)].map(([node, role]) => [node.output[0], role]));
    const layers = (await q4(source)).proto.graph.node.filter(({ opType }) => opType === 'MatMulNBits');
    return Object.fromEntries(layers.map((node) => [roles.get(node.output[0]), intAttribute(node, 'bits')]));
  };
  const others = { 'attention-output': 8, 'ffn-up': 4, 'ffn-down': 4 };
  expect(await bitsOf('mpnet')).toEqual({ ...others, q: 4, k: 4, v: 8 });
  expect(await bitsOf('modernbert')).toEqual({ ...others, qkv: 4 });
});

test.each(rangeMethods)('static ranges by %s cover what counts', async (range) => {
  const [tiny] = subjects;
  const model = await readModel(tiny.onnxPath);
  const made = await staticInt8(model, { texts: calibrating, range });
  const [exact, found] = [await vectors(tiny, model, tiny.batch), await vectors(tiny, made, tiny.batch)];
  expect(worstCosine(exact, found)).toBeGreaterThan(0.99);
});

describe('a Gemm in static INT8', () => {
  const width = 64;
  const modelWith = (weights: number, bias: number): OnnxModel =>
    smallModel({
      inputs: { input_ids: 'int64[n,t]', attention_mask: 'int64[n,t]' },
      outputs: { y: `float[m,${width}]` },
      nodes: [
        makeNode('Gather', ['table', 'input_ids'], ['words']),
        makeNode('Reshape', ['words', 'flat'], ['x']),
        makeNode('Gemm', ['x', 'w', 'b'], ['y']),
      ],
      initializers: [
        floats('table', [500, width], [...randomMatrix(500, width, 1).data]),
        integers('flat', [-1, width]),
        floats('w', [width, width], [...randomMatrix(width, width, 2).data.map((value) => value * weights)]),
        floats('b', [width], [...randomMatrix(1, width, 3).data.map((value) => value + bias)]),
      ],
    });
  const feeds = {
    input_ids: int64([2, 3], [5, 77, 140, 222, 300, 401]),
    attention_mask: int64([2, 3], new Array(6).fill(1)),
  };

  test('runs in integers, its bias included', async () => {
    const source = modelWith(1, 0.5);
    const made = await staticInt8(source, { texts: calibrating });
    expect(operators(await asRun(made))).toContain('QGemm');
    const [exact, found] = [await runModel(source, feeds), await runModel(made, feeds)];
    expect(largestDifference(found.y.data, exact.y.data)).toBeLessThan(0.15);
  });

  test('behind pooling, with a row for each text, keeps its bias', async () => {
    const flat = modelWith(1, 0.5);
    const { graph } = flat.proto;
    const node = [
      makeNode('Gather', ['table', 'input_ids'], ['words']),
      makeNode('ReduceMean', ['words'], ['x'], { attributes: { axes: { ints: [1] }, keepdims: { int: 0 } } }),
      makeNode('Gemm', ['x', 'w', 'b'], ['y']),
    ];
    // Means that are not 0: a corrected bias makes up for what rounding moves, and for nothing else.
    const initializer = graph.initializer.map((tensor) =>
      tensor.name === 'table'
        ? floatTensor(
            'table',
            tensor.dims,
            tensorFloats(flat, tensor).map((value) => value + 1),
          )
        : tensor,
    );
    const source = withGraph(flat, { ...graph, node, initializer });
    const made = await staticInt8(source, { texts: calibrating });
    const [exact, found] = [await runModel(source, feeds), await runModel(made, feeds)];
    expect(largestDifference(found.y.data, exact.y.data)).toBeLessThan(0.15);
  });

  test('with a bias that int32 cannot hold beside its weights stays right', async () => {
    const source = modelWith(1e-12, 5);
    const made = await staticInt8(source, { texts: calibrating });
    expect(operators(made)).toContain('MatMul');
    const [exact, found] = [await runModel(source, feeds), await runModel(made, feeds)];
    expect(largestDifference(found.y.data, exact.y.data)).toBeLessThan(1e-4);
  });
});

describe('a calibration table', () => {
  const model = join(folder, 'bert');
  makeTinyFolder(model, 'bert');
  const table = join(folder, 'bert.calibration.safetensors');
  const texts = Array.from({ length: 30 }, (_, i) => `text ${i} of a few words, ${'abc'.repeat(i % 5)}`);
  const make = async (output: string, options: Partial<QuantizeOptions> = {}) => {
    const stages: string[] = [];
    await quantize(model, {
      to: ['int8', 'int8-static'],
      output: join(folder, output),
      texts: { texts, source: 'made up' },
      calibrationTable: table,
      force: true,
      onProgress: ({ stage }) => stages.push(stage),
      ...options,
    });
    return stages;
  };
  const bytesOf = (output: string, variant: string) => readFileSync(join(folder, output, `onnx/model_${variant}.onnx`));
  const calibration = { texts: texts.slice(0, 20), source: 'made up' };

  test('is written, and used again in place of the texts', async () => {
    expect(await make('first', { calibration })).toContain('Calibrating');
    expect(await make('again')).not.toContain('Calibrating');
    expect(await make('without', { calibration, calibrationTable: undefined })).toContain('Calibrating');
    for (const variant of ['int8', 'int8_static']) {
      expect(bytesOf('again', variant).equals(bytesOf('first', variant))).toBe(true);
      expect(bytesOf('without', variant).equals(bytesOf('first', variant))).toBe(true);
    }
    expect(statSync(table).size).toBeGreaterThan(10_000);
  });

  test('of other texts, of another model, or none at all is refused', async () => {
    const other = { texts: texts.slice(5, 25), source: 'made up' };
    await expect(make('x', { calibration: other })).rejects.toMatchObject({
      code: 'CALIBRATION_MISMATCH',
      message: expect.stringContaining('other texts'),
    });
    const roberta = join(folder, 'roberta');
    makeTinyFolder(roberta, 'roberta');
    await expect(
      quantize(roberta, { to: ['int8'], output: join(folder, 'y'), calibrationTable: table }),
    ).rejects.toMatchObject({ code: 'CALIBRATION_MISMATCH', message: expect.stringContaining('another model') });
    const broken = join(folder, 'broken.safetensors');
    writeFileSync(broken, readFileSync(table).subarray(0, 5000));
    await expect(make('x', { calibrationTable: broken })).rejects.toMatchObject({ code: 'SAFETENSORS_INVALID' });
    await expect(make('x', { optimize: false })).rejects.toMatchObject({
      code: 'CALIBRATION_MISMATCH',
      message: expect.stringContaining('another form of the graph'),
    });
    await expect(make('x', { calibration: false })).rejects.toMatchObject({ code: 'USAGE' });
  });
});
