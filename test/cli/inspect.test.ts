import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { embeddedModel } from '../support/golden-texts.js';
import { octavec } from './octavec.js';

describe('octavec inspect', () => {
  test('shows what a model holds, and what quantizing would bring', async () => {
    const { status, stdout, stderr } = await octavec(['inspect', embeddedModel]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^.*model_fp16\.onnx\n/);
    expect(stdout).toMatch(/inputs +input_ids int64 \[/);
    expect(stdout).toMatch(/parameters +22,713,926, 45\.4 MB/);
    expect(stdout).toMatch(/quantizing +37 linear layers, 2 embedding tables; .*fp32 90\.9 MB, .*int8 23\.0 MB/);
  });

  test('gives JSON', async () => {
    const path = join(inject('variants'), 'onnx/model_int8.onnx');
    const { status, stdout } = await octavec(['inspect', path, '--json']);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      path,
      opsets: { 'ai.onnx': expect.any(Number) },
      operators: { MatMulInteger: 37 },
      recipe: { method: 'int8', tool: expect.stringMatching(/^octavec /) },
      quantizedOperators: expect.arrayContaining(['DynamicQuantizeLinear', 'MatMulInteger']),
    });
  });
});
