import { expect, test } from 'vitest';
import { OctavecError } from '../base/index.js';
import { chooseMethods } from '../methods/index.js';
import { planBatch } from './batch-plan.js';

const lone = (name: string) => ({ path: `/models/${name}`, name, isFolder: false });

test('each model has places of its own; of two that would share one, the second is told', () => {
  const models = [lone('gte-FP32.onnx'), lone('gte.onnx'), lone('other.onnx')];
  const plans = planBatch(models, chooseMethods(['int8', 'fp16']), undefined);
  const [first, second, third] = models.map((model) => plans.get(model) ?? []);
  expect(first.map(({ method, path }) => [method.id, path])).toEqual([
    ['int8', '/models/gte-INT8.onnx'],
    ['fp16', '/models/gte-FP16.onnx'],
  ]);
  expect(second.map(({ refusal }) => refusal?.message)).toEqual([
    expect.stringMatching(/gte-FP32\.onnx and of gte\.onnx .*gte-INT8\.onnx\. Rename/),
    expect.stringContaining('/models/gte-FP16.onnx'),
  ]);
  expect(third.every(({ refusal }) => refusal === undefined)).toBe(true);
});

test('an output folder keeps the tree', () => {
  const models = [{ path: '/models/a/b', name: 'a/b', isFolder: true }, lone('a/c.onnx')];
  const paths = [...planBatch(models, chooseMethods(['q8']), '/out').values()].flat().map(({ path }) => path);
  expect(paths).toEqual(['/out/a/b/onnx/model_q8.onnx', '/out/a/c-Q8.onnx']);
});

test('names of the caller are taken; what they cannot say is told, and stops no other', () => {
  const models = [{ path: '/models/gte', name: 'gte', isFolder: true }, lone('odd.onnx')];
  const error = new OctavecError('USAGE', { problem: 'no name' });
  const plans = planBatch(models, chooseMethods(['int8']), '/out', ({ name }, variant) => {
    if (name === 'odd.onnx') {
      throw error;
    }
    return `AVA-384-${name}-${variant}.onnx`;
  });
  const [[gte], [odd]] = models.map((model) => plans.get(model) ?? []);
  expect([gte.path, gte.refusal]).toEqual(['/out/gte/onnx/AVA-384-gte-int8.onnx', undefined]);
  expect(odd.refusal).toBe(error);
});
