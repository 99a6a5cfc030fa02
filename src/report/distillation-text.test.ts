import { expect, test } from 'vitest';
import type { Distillation } from '../distill/index.js';
import { formatDistillation } from './distillation-text.js';

const plain: Distillation = {
  ...{
    folder: '/out/my static',
    teacher: 'minilm',
    teacherPath: '/m/onnx/model.onnx',
    tokens: 29_528,
    dimensions: 256,
  },
  ...{ precision: 'fp16', bytes: 15_118_336, seconds: 75 },
};
const measured = (texts: number, spearman: number) => ({ texts, spearman, topKOverlap: 0.5 });

test('the table, and commands that can be pasted', () => {
  const text = formatDistillation(plain);
  expect(text).toContain('29,528 tokens × 256 dimensions, fp16, 15.1 MB');
  expect(text).toContain('distilled from the vocabulary alone');
  expect(text).toContain("octavec compare /m/onnx/model.onnx '/out/my static'");
  expect(text).toContain('octavec embed \'/out/my static\' "hello world"');
});

test('whose texts it was tuned on, and what that changed', () => {
  const heldOut = { before: measured(500, 0.61), after: measured(500, 0.78) };
  const tuning = { texts: 4500, ridge: 0.1, heldOut } as const;
  const own = formatDistillation({ ...plain, tuning: { ...tuning, source: 'embedded' } as Distillation['tuning'] });
  expect(own).toContain("4,500 pieces of octavec's own texts; texts of your own (--texts) do better; ridge 0.1");
  expect(own).toMatch(/500 texts: .*0\.610 → 0\.780/);
  const given = formatDistillation({ ...plain, tuning: { ...tuning, source: 'given' } as Distillation['tuning'] });
  expect(given).toContain('4,500 pieces of given texts');
});

test('texts that are too few to hold some out', () => {
  const tuning = { texts: 3, ridge: 1, source: 'given' } as Distillation['tuning'];
  expect(formatDistillation({ ...plain, tuning })).toContain('held out nothing: the texts are too few');
});
