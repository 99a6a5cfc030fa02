import { describe, expect, test } from 'vitest';
import { tinyModel } from '../../test/support/tiny-models.js';
import type { Head } from '../model/index.js';
import { floatTensor, int64Tensor, makeNode, type NodeProto, readModel, withGraph } from '../onnx/index.js';
import { recogniseForEngine } from './recognise-for-engine.js';

describe('a pooled output beside the hidden states', () => {
  const mean = { pooling: ['mean'], includePrompt: true, dense: [], normalize: false } as const;
  const first = makeNode('Gather', ['last_hidden_state', 'zero'], ['sentence_embedding'], {
    attributes: { axis: { int: 1 } },
  });
  const constants = [int64Tensor('zero', [], [0]), int64Tensor('one', [1], [1]), int64Tensor('last', [1], [-1])];
  /** As sentence-transformers pools: by the mask, and not by a count of 0. */
  const masked = (output: string) => [
    makeNode('Cast', ['attention_mask'], ['float_mask'], { attributes: { to: { int: 1 } } }),
    makeNode('Unsqueeze', ['float_mask', 'last'], ['wide_mask']),
    makeNode('Mul', ['last_hidden_state', 'wide_mask'], ['kept']),
    makeNode('ReduceSum', ['kept', 'one'], ['total'], { attributes: { keepdims: { int: 0 } } }),
    makeNode('ReduceSum', ['wide_mask', 'one'], ['count'], { attributes: { keepdims: { int: 0 } } }),
    makeNode('Clip', ['count', 'least'], ['some']),
    makeNode('Div', ['total', 'some'], [output]),
  ];
  const scaled = [
    makeNode('ReduceL2', ['mean', 'last'], ['length']),
    makeNode('Div', ['mean', 'length'], ['sentence_embedding']),
  ];

  async function found(nodes: readonly NodeProto[], head: Head) {
    const model = await readModel(tinyModel('bert').onnxPath);
    const { graph } = model.proto;
    const initializer = [...graph.initializer, ...constants, floatTensor('least', [], Float32Array.of(1e-9))];
    const output = [...graph.output, { name: 'sentence_embedding', metadataProps: [] }];
    const node = [...graph.node, ...nodes];
    return recogniseForEngine(withGraph(model, { ...graph, node, initializer, output }), { padTokenId: 0, head });
  }

  test('is what the configuration says', async () => {
    expect(await found([first], { ...mean, pooling: ['cls'] })).toHaveProperty('encoder');
    expect(await found(masked('sentence_embedding'), mean)).toHaveProperty('encoder');
    expect(await found(masked('sentence_embedding'), { ...mean, normalize: true })).toHaveProperty('encoder');
    expect(await found([...masked('mean'), ...scaled], { ...mean, normalize: true })).toHaveProperty('encoder');
  });

  test('is something else', async () => {
    const reason = expect.stringContaining('sentence_embedding is not seen');
    expect(await found([first], mean)).toEqual({ reason });
    expect(await found(masked('sentence_embedding'), { ...mean, pooling: ['max'] })).toEqual({ reason });
    expect(await found([...masked('mean'), ...scaled], mean)).toEqual({ reason });
    expect(await found(masked('sentence_embedding'), { ...mean, includePrompt: false })).toEqual({ reason });
  });
});
