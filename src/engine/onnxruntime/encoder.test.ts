import { InferenceSession } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { floats, integers, type SmallModel, smallModel } from '../../../test/support/small-model.js';
import { dataType, encodeModel, makeNode } from '../../onnx/index.js';
import { bindEncoder, type Encoder, runEncoder } from './encoder.js';

/** Word w has the hidden state [w, 10 w]. */
const table = floats('table', [4, 2], [0, 0, 1, 10, 2, 20, 3, 30]);
const ids = { input_ids: 'int64[batch,tokens]' };
const lookUp = makeNode('Gather', ['table', 'input_ids'], ['states']);
const castTo = (type: number, input: string, output: string) =>
  makeNode('Cast', [input], [output], { attributes: { to: { int: type } } });

async function encoderOf(model: SmallModel, padTokenId = 0): Promise<Encoder> {
  const bytes = Buffer.concat(encodeModel(smallModel(model).proto));
  return bindEncoder(await InferenceSession.create(bytes, { logSeverityLevel: 4 }), 'small.onnx', padTokenId);
}

/** Two texts: [1, 2, 3] and [2]. */
const batch = { ids: Int32Array.of(1, 2, 3, 2), offsets: Int32Array.of(0, 3, 4) };

async function run(encoder: Encoder, output: { readonly name: string } | undefined): Promise<number[]> {
  return Array.from((await runEncoder(encoder, batch, output?.name ?? '')).data);
}

describe('bindEncoder finds outputs', () => {
  test('of hidden states by their shape, whatever they are called and in whatever order', async () => {
    const encoder = await encoderOf({
      inputs: ids,
      outputs: { '882': 'float', output_0: 'float' },
      initializers: [table, integers('axis', [1])],
      nodes: [lookUp, makeNode('Identity', ['states'], ['output_0']), mean('states', '882')],
      opset: 18,
    });
    expect(encoder.hidden).toEqual({ name: 'output_0', width: 2 });
    expect(encoder.pooled).toBeUndefined();
    expect(await run(encoder, encoder.hidden)).toEqual([1, 10, 2, 20, 3, 30, 2, 20, 0, 0, 0, 0]);
  });

  test('of the last hidden state among others of its shape', async () => {
    const encoder = await encoderOf({
      inputs: ids,
      outputs: { first_layer: 'float', last_hidden_state: 'float' },
      initializers: [table],
      nodes: [lookUp, ...['first_layer', 'last_hidden_state'].map((name) => makeNode('Identity', ['states'], [name]))],
    });
    expect(encoder.hidden?.name).toBe('last_hidden_state');
  });

  test('of vectors that are pooled already, alone or by their name', async () => {
    const nodes = [lookUp, mean('states', 'sentence_embedding')];
    const initializers = [table, integers('axis', [1])];
    const alone = await encoderOf({
      inputs: ids,
      outputs: { sentence_embedding: 'float' },
      initializers,
      nodes,
      opset: 18,
    });
    expect([alone.hidden, alone.pooled]).toEqual([undefined, { name: 'sentence_embedding', width: 2 }]);
    const outputs = { states: 'float', sentence_embedding: 'float' };
    const beside = await encoderOf({ inputs: ids, outputs, initializers, nodes, opset: 18 });
    expect([beside.hidden?.name, beside.pooled?.name]).toEqual(['states', 'sentence_embedding']);
  });

  test('of half precision', async () => {
    const encoder = await encoderOf({
      inputs: ids,
      outputs: { half: 'float16' },
      initializers: [table],
      nodes: [lookUp, castTo(dataType.float16, 'states', 'half')],
    });
    expect((await run(encoder, encoder.hidden)).slice(0, 6)).toEqual([1, 10, 2, 20, 3, 30]);
  });

  test('or says what there is instead', async () => {
    const model = { inputs: ids, outputs: { count: 'int64' }, nodes: [makeNode('Size', ['input_ids'], ['count'])] };
    await expect(encoderOf(model)).rejects.toMatchObject({
      code: 'MODEL_OUTPUT',
      message: expect.stringContaining('count int64 []'),
    });
  });
});

describe('bindEncoder fills inputs', () => {
  /** Gives back an input as a hidden state, twice the same number: one number would be a score. */
  const echo = (name: string, type: 'int64' | 'int32') => ({
    inputs: { ...ids, [name]: `${type}[batch,tokens]` },
    outputs: { states: 'float' },
    initializers: [integers('axis', [2])],
    nodes: [
      castTo(dataType.float, name, 'number'),
      makeNode('Unsqueeze', ['number', 'axis'], ['single']),
      makeNode('Concat', ['single', 'single'], ['states'], { attributes: { axis: { int: 2 } } }),
    ],
  });

  test.each([
    ['input_ids', 'int64', [1, 2, 3, 2, 3, 3]],
    ['attention_mask', 'int64', [1, 1, 1, 1, 0, 0]],
    ['attention_mask', 'int32', [1, 1, 1, 1, 0, 0]],
    ['token_type_ids', 'int64', [0, 0, 0, 0, 0, 0]],
    ['position_ids', 'int32', [0, 1, 2, 0, 0, 0]],
  ] as const)('%s of %s', async (name, type, expected) => {
    const encoder = await encoderOf(echo(name, type), 3);
    expect(await run(encoder, encoder.hidden)).toEqual(expected.flatMap((x) => [x, x]));
  });

  test('and says which one it cannot', async () => {
    const unknown = encoderOf(echo('task_id', 'int64'));
    await expect(unknown).rejects.toMatchObject({
      code: 'MODEL_OUTPUT',
      message: expect.stringContaining('"task_id"'),
    });
    const { input_ids: _, ...noIds } = { ...ids, attention_mask: 'int64[batch,tokens]' };
    await expect(encoderOf({ ...echo('attention_mask', 'int64'), inputs: noIds })).rejects.toThrow(
      /no input "input_ids"/,
    );
  });
});

describe('a past', () => {
  const past = (name: string, shape: string) => ({ ...ids, [name]: `float[${shape}]` });
  /** What came before, and what is new, one after the other. */
  const nodes = [
    lookUp,
    makeNode('Unsqueeze', ['states', 'axis'], ['headed']),
    makeNode('Concat', ['past_key_values.0.key', 'headed'], ['present.0.key'], { attributes: { axis: { int: 2 } } }),
    makeNode('Squeeze', ['present.0.key', 'axis'], ['y']),
  ];
  const initializers = [table, integers('axis', [1])];
  const outputs = { y: 'float', 'present.0.key': 'float' };

  test('is empty', async () => {
    const inputs = past('past_key_values.0.key', 'batch,1,past,2');
    const encoder = await encoderOf({ inputs, outputs, initializers, nodes });
    expect(encoder.hidden).toEqual({ name: 'y', width: 2 });
    expect(encoder.inputs.past.map(({ name }) => name)).toEqual(['past_key_values.0.key']);
    expect(await run(encoder, encoder.hidden)).toEqual([1, 10, 2, 20, 3, 30, 2, 20, 0, 0, 0, 0]);
  });

  test('of a form that octavec does not know is refused', async () => {
    const integer = { ...ids, 'past_key_values.0.key': 'int64[batch,1,past,2]' };
    await expect(
      encoderOf({ inputs: integer, outputs: { states: 'float' }, initializers, nodes: [lookUp] }),
    ).rejects.toMatchObject({
      code: 'MODEL_OUTPUT',
      message: expect.stringContaining('"past_key_values.0.key" (int64 [batch, 1, past, 2])'),
    });
  });
});

describe('runEncoder', () => {
  test('names an id that the model does not know', async () => {
    const encoder = await encoderOf({
      inputs: ids,
      outputs: { states: 'float' },
      initializers: [table],
      nodes: [lookUp],
    });
    const wrong = { ids: Int32Array.of(1, 4), offsets: Int32Array.of(0, 2) };
    await expect(runEncoder(encoder, wrong, 'states')).rejects.toMatchObject({
      code: 'TOKEN_OUT_OF_RANGE',
      details: { id: 4, size: 4 },
    });
  });
});

function mean(input: string, output: string) {
  return makeNode('ReduceMean', [input, 'axis'], [output], { attributes: { keepdims: { int: 0 } } });
}
