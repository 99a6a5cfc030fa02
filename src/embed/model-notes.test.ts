import { describe, expect, test } from 'vitest';
import type { EngineDescription } from '../engine/index.js';
import type { ModelFiles } from '../model/index.js';
import { modelNotes, waysOfRunning } from './model-notes.js';

const engine = (more: object = {}) => more as EngineDescription;
const files = (more: object = {}) =>
  ({ head: { pooling: ['mean'], normalize: true }, headSource: { kind: 'folder' }, ...more }) as unknown as ModelFiles;

describe('what was assumed of a model is said', () => {
  test('nothing of one that says it itself, or gives vectors', () => {
    expect(modelNotes(files(), engine())).toEqual([]);
    const vectors = { output: { name: 'sentence_embedding', gives: 'vectors' } };
    expect(modelNotes(files({ headSource: { kind: 'assumed' } }), engine(vectors))).toEqual([]);
  });

  test('pooling and length of one that does not', () => {
    const assumed = { headSource: { kind: 'assumed' }, head: { pooling: ['cls', 'mean'], normalize: false } };
    const [note] = modelNotes(files(assumed), engine());
    expect(note).toContain('cls and mean pooling, not scaled, is assumed');
  });

  test.each([
    ['/m/model_int8.onnx', 'cuda', 1],
    ['/m/model_fp16.onnx', 'cuda', 0],
    ['/m/model_int8.onnx', undefined, 0],
    [undefined, 'cuda', 0],
  ])('%s on %s: FP16 is recommended %d times', (onnxPath, device, count) => {
    expect(modelNotes(files({ onnxPath }), engine({ device }))).toHaveLength(count);
  });
});

describe('how a model is run, where its files do not say so', () => {
  test.each([
    [{}, {}, []],
    [{}, { output: { name: 'last_hidden_state', gives: 'hidden states', reason: 'x' } }, []],
    [{}, { output: { name: 'out_7', gives: 'vectors', reason: 'the only one' } }, ['output out_7 (the only one)']],
    [{ headSource: { kind: 'option', name: 'asked for' } }, {}, ['mean pooling asked for']],
    [{ headSource: { kind: 'option', name: 'x' } }, { output: { name: 'sentence_embedding', gives: 'vectors' } }, []],
    [{}, { fixedShape: { tokens: 128 } }, ['texts padded to 128 tokens']],
    [{}, { fixedShape: { texts: 1 } }, ['one text at a time']],
    [{}, { fixedShape: { texts: 4, tokens: 8 } }, ['texts padded to 8 tokens', '4 texts at a time']],
  ])('%j, %j', (model, description, ways) => {
    expect(waysOfRunning(files(model), engine(description))).toEqual(ways);
  });
});
