import { expect, test } from 'vitest';
import { modelName } from './model-name.js';

test.each([
  ['/models/bge-small-en-v1.5', 'bge-small-en-v1.5'],
  ['/models/gte/onnx/model_int8.onnx', 'gte'],
  ['/models/gte/model.onnx', 'gte'],
  ['/models/gte-INT8.onnx', 'gte'],
  ['/models/int8/encoder.onnx', 'encoder'],
  ['/hub/models--BAAI--bge-m3/snapshots/0123', 'bge-m3'],
  ['/hub/models--BAAI--bge-m3/snapshots/0123/onnx/model.onnx', 'bge-m3'],
  ['/hub/models--gpt2/snapshots/0123', 'gpt2'],
])('%s is %s', (path, name) => expect(modelName(path)).toBe(name));
