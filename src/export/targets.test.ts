import { describe, expect, test } from 'vitest';
import { smallModel, wiring } from '../../test/support/small-model.js';
import { makeNode } from '../onnx/index.js';
import { withNamedHiddenStates } from './name-output.js';
import { exportTargets, targetFacts, transformersJsType } from './targets.js';
import { usageOf } from './usage.js';

describe('the file that a program loads', () => {
  test.each([
    [undefined, 'model.onnx', 'fp32'],
    ['fp32', 'model.onnx', 'fp32'],
    ['fp16', 'model_fp16.onnx', 'fp16'],
    ['q4', 'model_q4.onnx', 'q4'],
    ['uint8', 'model_uint8.onnx', 'uint8'],
    ['int8', 'model_quantized.onnx', 'q8'],
    ['int8_static', 'model_quantized.onnx', 'q8'],
    ['q8', 'model_quantized.onnx', 'q8'],
    ['constructor', 'model_quantized.onnx', 'q8'],
  ])('transformers.js calls %s %s', (variant, file, dtype) => {
    expect(transformersJsType(variant)).toEqual([file, dtype]);
    expect(targetFacts['transformers.js'].file(variant)).toBe(`onnx/${file}`);
  });

  test('sentence-transformers keeps the name, and others have one', () => {
    expect(targetFacts['sentence-transformers'].file('int8')).toBe('onnx/model_int8.onnx');
    expect(targetFacts['sentence-transformers'].file('fp32')).toBe('onnx/model.onnx');
    expect(targetFacts.fastembed.file('int8')).toBe('model.onnx');
    expect(targetFacts.tei.file('int8')).toBe('onnx/model.onnx');
  });
});

describe('how a program loads a folder', () => {
  const head = { pooling: ['lasttoken'], normalize: false, dense: [], includePrompt: true };
  const files = { head, maxTokens: 512 } as unknown as Parameters<typeof usageOf>[2];

  test.each(exportTargets.filter((target) => target !== 'tei'))('%s: a path with quotes is still a text', (target) => {
    const usage = usageOf(target, '/a "b"\\c', files, { variant: 'int8', width: 384 });
    expect(usage).toContain(target === 'onnxruntime' ? '"/a \\"b\\"\\\\c/model.onnx"' : '"/a \\"b\\"\\\\c"');
  });

  test('says pooling, normalising, length and width in the words of the program', () => {
    const usage = (target: (typeof exportTargets)[number], normalize = true) =>
      usageOf(target, '/m', { ...files, head: { ...files.head, normalize } }, { variant: 'fp16', width: 384 });
    expect(usage('transformers.js')).toContain("{ pooling: 'last_token', normalize: true }");
    expect(usage('transformers.js')).toContain("dtype: 'fp16'");
    expect(usage('fastembed', false)).toContain('PoolingType.LASTTOKEN, normalization=False');
    expect(usage('fastembed')).toContain('dim=384');
    expect(usage('tei')).not.toContain('normalize');
    expect(usage('tei', false)).toContain('"normalize": false');
    expect(usage('onnxruntime')).toContain('enable_truncation(512)');
    expect(usage('onnxruntime')).toContain('lasttoken over the last hidden states, and scaling to length 1.');
    expect(usage('onnxruntime', false)).toMatch(/hidden states\.$/);
  });
});

describe('hidden states get a name that is known', () => {
  const model = (outputs: Record<string, string>, taken: readonly string[] = []) =>
    smallModel({
      inputs: { x: 'float[b,s,4]' },
      outputs,
      nodes: [
        ...Object.keys(outputs).map((name) => makeNode('Relu', ['x'], [name])),
        ...taken.map((name) => makeNode('Relu', ['x'], [name])),
      ],
    });
  const named = (...given: Parameters<typeof withNamedHiddenStates>) => {
    const made = withNamedHiddenStates(...given);
    return {
      outputs: made.proto.graph.output.map(({ name }) => name),
      added: wiring(made).slice(given[0].proto.graph.node.length),
    };
  };

  test('as the first output, by a node that copies', () => {
    const found = named(model({ pooled: 'float[b,4]', hidden: 'float[b,s,4]' }), 'hidden');
    expect(found).toEqual({
      outputs: ['last_hidden_state', 'pooled'],
      added: ['Identity(hidden) -> last_hidden_state'],
    });
  });

  test('or come first where they have it', () => {
    const found = named(model({ pooled: 'float', token_embeddings: 'float' }), 'token_embeddings');
    expect(found).toEqual({ outputs: ['token_embeddings', 'pooled'], added: [] });
  });

  test('of two names that which is free, or none', () => {
    const one = named(model({ hidden: 'float' }, ['last_hidden_state']), 'hidden');
    expect(one.outputs).toEqual(['token_embeddings']);
    const none = named(model({ hidden: 'float' }, ['last_hidden_state', 'token_embeddings']), 'hidden');
    expect(none).toEqual({ outputs: ['hidden'], added: [] });
  });

  test('an output that is not there changes nothing', () => {
    const given = model({ hidden: 'float' });
    expect(withNamedHiddenStates(given, 'other')).toBe(given);
  });

  test('keep their type and sizes', () => {
    const made = withNamedHiddenStates(model({ hidden: 'float[b,s,4]' }), 'hidden');
    expect(made.proto.graph.output[0].type?.tensorType?.shape?.dim[2]).toEqual({ dimValue: 4 });
  });
});
