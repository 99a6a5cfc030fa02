import { describe, expect, test } from 'vitest';
import type { ModelFiles } from '../../model/index.js';
import type { ServedModel } from '../served-model.js';
import { describeModel } from './describe-model.js';

const served = { id: 'owner/m', name: 'm' } as ServedModel;
const filesOf = (more: object) =>
  ({ head: { pooling: ['mean'] }, onnxPath: '/m/onnx/model.onnx', ...more }) as unknown as ModelFiles;

describe('a model as TEI describes it', () => {
  test.each([
    ['/m/onnx/model.onnx', 'float32'],
    ['/m/onnx/model_fp16.onnx', 'float16'],
    ['/m/onnx/model_int8.onnx', 'int8'],
    ['/m/onnx/model_q4.onnx', 'q4'],
  ])('the file %s has the type %s', (onnxPath, type) => {
    expect(describeModel(served, filesOf({ onnxPath })).model_dtype).toBe(type);
  });

  test.each([
    [['cls'], 'cls'],
    [['mean'], 'mean'],
    [['lasttoken'], 'last_token'],
    [['cls', 'mean'], 'cls+mean'],
    [['weightedmean'], 'weightedmean'],
  ])('%j is called %s', (pooling, name) => {
    expect(describeModel(served, filesOf({ head: { pooling } }))).toMatchObject({
      model_type: { embedding: { pooling: name } },
    });
  });

  test('names and revision are those of the served model', () => {
    expect(describeModel(served, filesOf({}))).toMatchObject({
      model_id: 'owner/m',
      model_sha: null,
      served_model_name: 'm',
    });
    expect(describeModel({ ...served, revision: 'abc' } as ServedModel, filesOf({})).model_sha).toBe('abc');
  });

  test('a cross-encoder has a label', () => {
    const files = filesOf({ task: 'rerank', facts: { labels: ['relevant'] } });
    expect(describeModel(served, files).model_type).toEqual({
      reranker: { id2label: { '0': 'relevant' }, label2id: { relevant: 0 } },
    });
    expect(describeModel(served, filesOf({ task: 'rerank' })).model_type).toEqual({
      reranker: { id2label: { '0': 'LABEL_0' }, label2id: { LABEL_0: 0 } },
    });
  });

  test('a classifier has several, two where nothing is said', () => {
    const files = filesOf({ task: 'classify', facts: { labels: ['no', 'perhaps', 'yes'] } });
    expect(describeModel(served, files).model_type).toEqual({
      classifier: { id2label: { 0: 'no', 1: 'perhaps', 2: 'yes' }, label2id: { no: 0, perhaps: 1, yes: 2 } },
    });
    expect(describeModel(served, filesOf({ task: 'classify' })).model_type).toEqual({
      classifier: { id2label: { 0: 'LABEL_0', 1: 'LABEL_1' }, label2id: { LABEL_0: 0, LABEL_1: 1 } },
    });
  });
});
