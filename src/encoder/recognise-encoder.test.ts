import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { tinyModels } from '../../test/support/tiny-models.js';
import {
  dataType,
  floatTensor,
  int64Tensor,
  makeNode,
  type NodeProto,
  type OnnxModel,
  readModel,
  tensorIntegers,
  withGraph,
} from '../onnx/index.js';
import { recogniseEncoder } from './recognise-encoder.js';

const models = new Map(tinyModels().map((model) => [model.name, model]));

function load(name: string): Promise<OnnxModel> {
  const model = models.get(name);
  if (model === undefined) {
    throw new Error(`no fixture ${name}`);
  }
  return readModel(model.onnxPath);
}

async function describeModel(name: string) {
  const found = recogniseEncoder(await load(name), { padTokenId: models.get(name)?.padTokenId ?? 0 });
  if ('reason' in found) {
    throw new Error(found.reason);
  }
  return found.encoder;
}

/** The model with some nodes changed. */
async function changed(name: string, change: (node: NodeProto, index: number) => NodeProto): Promise<OnnxModel> {
  const model = await load(name);
  const { graph } = model.proto;
  return withGraph(model, { ...graph, node: graph.node.map(change) });
}

const exporters = ['dynamo', 'torchscript'];

describe.each(exporters)('%s', (exporter) => {
  test('BERT', async () => {
    const encoder = await describeModel(`bert/model_${exporter}.onnx`);
    expect(encoder).toMatchObject({ hidden: 64, heads: 4, headWidth: 16, ffn: 128, maxTokens: 128, scoreScale: 0.25 });
    expect(encoder).toMatchObject({ activation: 'gelu', gated: false, preNorm: false });
    expect(encoder.layers).toHaveLength(2);
    expect(encoder.positions?.first).toBe(0);
    expect(encoder.tokenType).toHaveLength(64);
  });

  test('RoBERTa begins to count behind the padding', async () => {
    expect((await describeModel(`roberta/model_${exporter}.onnx`)).positions?.first).toBe(2);
  });

  test('MPNet has relative biases', async () => {
    const { relativeBias, layers } = await describeModel(`mpnet/model_${exporter}.onnx`);
    expect(relativeBias).toHaveLength(4 * 255);
    expect(layers.every(({ window }) => window === 0)).toBe(true);
  });

  test('NomicBERT turns queries and keys, and gates with SiLU', async () => {
    const encoder = await describeModel(`nomic-bert/model_${exporter}.onnx`);
    expect(encoder).toMatchObject({ activation: 'silu', gated: true, preNorm: false, positions: undefined });
    const frequencies = Array.from({ length: 8 }, (_, i) => 1000 ** (-i / 8));
    encoder.layers[0].rotation?.forEach((frequency, i) => {
      expect(frequency).toBeCloseTo(frequencies[i], 6);
    });
  });

  test('ModernBERT looks around locally in every other layer', async () => {
    const encoder = await describeModel(`modernbert/model_${exporter}.onnx`);
    expect(encoder).toMatchObject({ activation: 'gelu', gated: true, preNorm: true });
    expect(encoder.layers.map(({ window }) => window)).toEqual([0, 8]);
    expect(encoder.layers.map(({ attentionNorm }) => attentionNorm !== undefined)).toEqual([false, true]);
    expect(encoder.layers[0].value.firstColumn).toBe(128);
    expect(encoder.finalNorm).toBeDefined();
  });

  test('Qwen3 looks back only, and shares keys among heads', async () => {
    const encoder = await describeModel(`qwen3/model_${exporter}.onnx`);
    expect(encoder).toMatchObject({ heads: 4, keyValueHeads: 2, headWidth: 16, activation: 'silu', gated: true });
    expect(encoder.layers.map(({ causal, window }) => [causal, window])).toEqual([
      [true, 0],
      [true, 0],
    ]);
    for (const { queryNorm, keyNorm, attentionNorm, attentionOutNorm } of encoder.layers) {
      expect([queryNorm?.gamma.dims, keyNorm?.gamma.dims]).toEqual([[16], [16]]);
      expect([queryNorm?.rms, attentionNorm?.rms, attentionOutNorm]).toEqual([true, true, undefined]);
    }
  });
});

test('Gemma 3 norms on both sides of attention and FFN, and has two rotations', async () => {
  const encoder = await describeModel('gemma3-text/model_dynamo.onnx');
  expect(encoder).toMatchObject({ heads: 4, keyValueHeads: 1, activation: 'geluTanh', gated: true, preNorm: true });
  expect(encoder).toMatchObject({ wordFactor: 8, scoreScale: 0.0625 });
  expect(encoder.layers.map(({ window, causal }) => [window, causal])).toEqual([
    [8, false],
    [0, false],
  ]);
  expect(encoder.layers.map(({ rotation }) => rotation?.[1])).toEqual([
    expect.closeTo(10_000 ** (-1 / 8), 6),
    expect.closeTo(1_000_000 ** (-1 / 8), 6),
  ]);
  for (const { attentionNorm, attentionOutNorm, ffnNorm, ffnOutNorm, queryNorm, keyNorm } of encoder.layers) {
    const norms = [attentionNorm, attentionOutNorm, ffnNorm, ffnOutNorm, queryNorm, keyNorm];
    expect(norms.map((norm) => norm?.rms)).toEqual(Array(6).fill(true));
  }
});

describe('windows that reach far', () => {
  async function withReach(reach: number) {
    const model = await load('modernbert/model_dynamo.onnx');
    const { graph } = model.proto;
    // The model's own reach is 8: the only number of its kind without dimensions.
    const initializer = graph.initializer.map((tensor) =>
      tensor.dims.length === 0 && tensor.dataType === dataType.int64 && tensorIntegers(model, tensor)[0] === 8
        ? int64Tensor(tensor.name ?? '', [], [reach])
        : tensor,
    );
    return recogniseEncoder(withGraph(model, { ...graph, initializer }), { padTokenId: 0 });
  }

  test.each([511, 1022])('a reach of %i is found', async (reach) => {
    const found = await withReach(reach);
    expect('encoder' in found && found.encoder.layers.map(({ window }) => window)).toEqual([0, reach]);
  });

  test.each([1023, 4096])('a reach of %i is not taken for sight of all', async (reach) => {
    expect(await withReach(reach)).toEqual({ reason: expect.stringContaining(`end ${reach} tokens away`) });
  });
});

test('rotary angles may stand in tables that are longer than any sample text', async () => {
  const model = await load('nomic-bert/model_dynamo.onnx');
  const { graph } = model.proto;
  const [rows, width] = [8192, 16];
  const table = (turn: (angle: number) => number) =>
    Float32Array.from({ length: rows * width }, (_, i) =>
      turn(Math.floor(i / width) * 1000 ** (-((i % width) % (width / 2)) / (width / 2))),
    );
  const initializer = [
    ...graph.initializer,
    floatTensor('table_Cos', [1, rows, width], table(Math.cos)),
    floatTensor('table_Sin', [1, rows, width], table(Math.sin)),
    ...[0, 1, 2].map((i) => int64Tensor(`int_${i}`, [1], [i])),
  ];
  const node = [
    makeNode('Shape', ['input_ids'], ['ids_shape']),
    makeNode('Slice', ['ids_shape', 'int_1', 'int_2', 'int_0'], ['tokens']),
    ...graph.node.map((each) =>
      each.opType === 'Cos' || each.opType === 'Sin'
        ? makeNode('Slice', [`table_${each.opType}`, 'int_0', 'tokens', 'int_1'], each.output)
        : each,
    ),
  ];
  const found = recogniseEncoder(withGraph(model, { ...graph, initializer, node }), { padTokenId: 0 });
  const expected = await describeModel('nomic-bert/model_dynamo.onnx');
  const rotation = 'encoder' in found ? found.encoder.layers[0].rotation : undefined;
  expected.layers[0].rotation?.forEach((frequency, i) => {
    expect(rotation?.[i]).toBeCloseTo(frequency, 5);
  });
});

test('functions of a model are looked into', async () => {
  const model = await load('bert/model_dynamo.onnx');
  const [standard] = model.proto.opsetImport;
  const activation = {
    ...{ name: 'Activation', domain: 'pkg.test', input: ['x'], output: ['y'], attribute: [], attributeProto: [] },
    ...{ node: [makeNode('Gelu', ['x'], ['y'])], opsetImport: [standard], valueInfo: [], metadataProps: [] },
  };
  const calling = await changed('bert/model_dynamo.onnx', (node) =>
    node.opType === 'Gelu' ? { ...node, opType: 'Activation', domain: 'pkg.test', attribute: [] } : node,
  );
  const opsetImport = [standard, { domain: 'pkg.test', version: 1 }];
  const found = recogniseEncoder(
    { ...calling, proto: { ...calling.proto, functions: [activation], opsetImport } },
    { padTokenId: 0 },
  );
  expect(found).toMatchObject({ encoder: { activation: 'gelu', ffn: 128 } });
});

/** A graph with some inputs of nodes gone, or taken from elsewhere. */
function damage(node: readonly NodeProto[], damages: readonly (readonly [number, number, string])[]): NodeProto[] {
  const result = [...node];
  for (const [at, input, value] of damages) {
    const before = result[at].input;
    result[at] = { ...result[at], input: before.flatMap((old, i) => (i !== input ? [old] : value ? [value] : [])) };
  }
  return result;
}

/** Every node that reads `value` reads the end of a chain instead, each link of which adds the one before to itself. */
function doubled(node: readonly NodeProto[], value: string, times: number): NodeProto[] {
  const links = Array.from({ length: times }, (_, i) =>
    makeNode('Add', i === 0 ? [value, value] : [`doubled${i - 1}`, `doubled${i - 1}`], [`doubled${i}`]),
  );
  const rest = node.map((each) => ({
    ...each,
    input: each.input.map((input) => (input === value ? `doubled${times - 1}` : input)),
  }));
  return [...rest, ...links];
}

/** Damages of each kind and graph; `npm run test:long` takes 40. */
const damageRuns = Number(process.env.OCTAVEC_TEST_DAMAGES ?? 5);

describe.each(['bert', 'roberta', 'mpnet', 'modernbert', 'gemma3-text', 'qwen3'])(
  'a damaged graph of %s is never more than a reason',
  (name) => {
    test.each(exporters.filter((exporter) => models.has(`${name}/model_${exporter}.onnx`)))('%s', async (exporter) => {
      const model = await load(`${name}/model_${exporter}.onnx`);
      const { graph } = model.proto;
      const outputs = graph.node.flatMap(({ output }) => output);
      const one = fc.tuple(fc.nat(graph.node.length - 1), fc.nat(2), fc.constantFrom('', ...outputs));
      const found = (node: readonly NodeProto[]) => {
        const result = recogniseEncoder(withGraph(model, { ...graph, node }), { padTokenId: 0 });
        return 'reason' in result ? result.reason !== '' : result.encoder.hidden === 64;
      };
      fc.assert(
        fc.property(fc.array(one, { minLength: 1, maxLength: 4 }), (damages) => found(damage(graph.node, damages))),
        { numRuns: damageRuns, seed: 7 },
      );
      fc.assert(
        fc.property(fc.constantFrom(...outputs), fc.integer({ min: 1, max: 60 }), (value, times) =>
          found(doubled(graph.node, value, times)),
        ),
        { numRuns: damageRuns, seed: 7 },
      );
    });
  },
);

test('sums of sums before the first norm end in a reason at once', async () => {
  const model = await load('bert/model_torchscript.onnx');
  const { graph } = model.proto;
  const sum = graph.node.find(({ opType }) => opType === 'LayerNormalization')?.input[0] ?? '';
  const found = recogniseEncoder(withGraph(model, { ...graph, node: doubled(graph.node, sum, 60) }), { padTokenId: 0 });
  expect(found).toEqual({ reason: expect.stringContaining('too many values') });
});

test('weights that say to be larger than any memory end in a reason', async () => {
  const model = await load('bert/model_torchscript.onnx');
  const { graph } = model.proto;
  const initializer = graph.initializer.map((tensor) =>
    tensor.dims.length === 2 && tensor.dims[0] === 64 ? { ...tensor, dims: [64, 2 ** 30] } : tensor,
  );
  const found = recogniseEncoder(withGraph(model, { ...graph, initializer }), { padTokenId: 0 });
  expect(found).toHaveProperty('reason');
});

test('layers in a circle end in a reason', async () => {
  const model = await load('bert/model_torchscript.onnx');
  const { graph } = model.proto;
  const norms = graph.node.filter(({ opType }) => opType === 'LayerNormalization');
  const [begin, end] = [norms[0].output[0], norms[2].output[0]];
  const node = graph.node.map((each) => ({
    ...each,
    input: each.input.map((input) => (input === begin ? end : input)),
  }));
  expect(recogniseEncoder(withGraph(model, { ...graph, node }), { padTokenId: 0 })).toHaveProperty('reason');
});

describe('what is not recognised is given a reason', () => {
  const reason = (model: OnnxModel) => {
    const found = recogniseEncoder(model, { padTokenId: 0 });
    return 'reason' in found ? found.reason : undefined;
  };

  test('another activation', async () => {
    const model = await changed('bert/model_dynamo.onnx', (node) =>
      node.opType === 'Gelu' ? { ...node, opType: 'Tanh', attribute: [] } : node,
    );
    expect(reason(model)).toContain('activation');
  });

  test('scores that go through another function', async () => {
    let scores = '';
    const model = await changed('bert/model_dynamo.onnx', (node) => {
      scores = node.opType === 'Softmax' ? node.input[0] : scores;
      return node;
    });
    const { graph } = model.proto;
    const bent = graph.node.flatMap((node) =>
      node.output[0] === scores
        ? [
            { ...node, output: ['straight'] },
            { ...node, opType: 'Tanh', input: ['straight'], output: [scores], attribute: [] },
          ]
        : [node],
    );
    expect(reason(withGraph(model, { ...graph, node: bent }))).toContain('scores');
  });

  test('a mask that lets tokens look farther to one side than to the other', async () => {
    const model = await changed('modernbert/model_dynamo.onnx', (node) =>
      // |i - j| <= 8 becomes i - j <= 8: everything to one side.
      node.opType === 'Abs' ? { ...node, opType: 'Identity' } : node,
    );
    expect(reason(model)).toContain('one side');
  });

  test('a norm of queries over half a head', async () => {
    const model = await load('qwen3/model_dynamo.onnx');
    const { graph } = model.proto;
    const projection = graph.node.find(({ opType }) => opType === 'MatMul')?.output[0];
    const isGamma = ({ name = '', dims }: (typeof graph.initializer)[number], node: NodeProto | undefined) =>
      node?.opType === 'Mul' && dims[0] === 16 && node.input.includes(name);
    const scaling = graph.node.find((node) => graph.initializer.some((tensor) => isGamma(tensor, node)));
    // [batch × tokens × 4 heads × 16] becomes 8 × 8, and is put together again behind the norm.
    const node = graph.node.flatMap((each) => {
      if (each.opType === 'Reshape' && each.input[0] === projection) {
        return [{ ...each, attribute: [], input: [each.input[0], 'halves'] }];
      }
      return each === scaling
        ? [{ ...each, output: ['halved'] }, makeNode('Reshape', ['halved', 'wholes'], each.output)]
        : [each];
    });
    const initializer = [
      ...graph.initializer.map((tensor) =>
        isGamma(tensor, scaling) ? floatTensor(tensor.name ?? '', [8], new Float32Array(8).fill(1)) : tensor,
      ),
      int64Tensor('halves', [4], [0, 0, 8, 8]),
      int64Tensor('wholes', [4], [0, 0, 4, 16]),
    ];
    expect(reason(withGraph(model, { ...graph, node, initializer }))).toContain('neither of a head');
  });

  test('values of heads in another order', async () => {
    const model = await changed('bert/model_dynamo.onnx', (node) => {
      const swap = node.opType === 'Transpose' && node.output[0] === 'transpose_4';
      const perm = node.attribute[0]?.ints;
      return swap && perm ? { ...node, attribute: [{ ...node.attribute[0], ints: [0n, 1n, 2n, 3n] }] } : node;
    });
    expect(reason(model)).toContain('joined');
  });
});

test('pooled vectors alone is a reason of its own', async () => {
  const model = await load('bert/model_dynamo.onnx');
  const { graph } = model.proto;
  const alone = {
    ...graph,
    node: [
      ...graph.node,
      makeNode('Gather', ['last_hidden_state', 'zero'], ['sentence_embedding'], { attributes: { axis: { int: 1 } } }),
    ],
    initializer: [...graph.initializer, int64Tensor('zero', [], [0])],
    output: [{ name: 'sentence_embedding', metadataProps: [] }],
  };
  expect(recogniseEncoder(withGraph(model, alone), { padTokenId: 0 })).toEqual({
    reason: 'it gives pooled vectors only',
  });
});

test('what cuts numbers off is no copy', async () => {
  const model = await load('bert/model_dynamo.onnx');
  const { graph } = model.proto;
  const norm = graph.node.find(({ opType }) => opType === 'LayerNormalization')?.output[0] ?? '';
  const cast = (from: string, to: number, output: string) =>
    makeNode('Cast', [from], [output], { attributes: { to: { int: to } } });
  const through = (type: number) => {
    const node = graph.node.map((each) => ({
      ...each,
      input: each.input.map((input) => (input === norm ? 'back' : input)),
    }));
    const casts = [cast(norm, type, 'there'), cast('there', 1, 'back')];
    return recogniseEncoder(withGraph(model, { ...graph, node: [...node, ...casts] }), { padTokenId: 0 });
  };
  expect(through(10)).toHaveProperty('encoder');
  expect(through(7)).toHaveProperty('reason');
  expect(through(9)).toHaveProperty('reason');
});

test('inputs that nobody gives are named', async () => {
  const model = await load('bert/model_dynamo.onnx');
  const { graph } = model.proto;
  const other = { ...graph, input: [...graph.input, { name: 'pixel_values', metadataProps: [] }] };
  expect(recogniseEncoder(withGraph(model, other), { padTokenId: 0 })).toEqual({
    reason: expect.stringContaining('pixel_values'),
  });
});

test('operators that are not known are named', async () => {
  const model = await changed('bert/model_dynamo.onnx', (node) =>
    node.opType === 'Softmax' ? { ...node, domain: 'com.microsoft', opType: 'QLinearSoftmax' } : node,
  );
  expect(recogniseEncoder(model, { padTokenId: 0 })).toEqual({
    reason: expect.stringContaining('operators not known: com.microsoft.QLinearSoftmax'),
  });
});
