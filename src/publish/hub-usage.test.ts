import { expect, test } from 'vitest';
import { soundEvidence } from '../../test/support/evidence.js';
import type { Head } from '../model/index.js';
import type { CardFacts } from './card-facts.js';
import { hubUsage } from './hub-usage.js';

const plain: Head = { pooling: ['mean'], includePrompt: true, dense: [], normalize: true };
const dense = { inputs: 2, outputs: 2, weight: new Float32Array(4), activation: 'tanh' } as const;

function usage(head: Partial<Head> = {}, variant = 'int8'): string {
  const facts: CardFacts = {
    ...{ repository: 'me/small', base: 'them/large', licence: 'mit', width: 384, maxTokens: 256, prompts: {} },
    variants: [{ variant, evidence: soundEvidence() }],
    head: { ...plain, ...head },
  };
  return hubUsage(facts);
}

const programs = (text: string) => [...text.matchAll(/^### (.*)$/gm)].map(([, name]) => name);

test('each program loads the variant, with the pooling that the model has', () => {
  const text = usage();
  expect(programs(text)).toEqual(['octavec', 'transformers.js', 'sentence-transformers', 'fastembed']);
  expect(text).toContain('npx octavec embed me/small --variant int8 "hello world"');
  expect(text).toContain("pipeline('feature-extraction', 'me/small', { dtype: 'int8' })");
  expect(text).toContain("{ pooling: 'mean', normalize: true }");
  expect(text).toContain('model_kwargs={"file_name": "onnx/model_int8.onnx"}');
  expect(text).toContain('pooling=PoolingType.MEAN, normalization=True');
  expect(text).toContain('dim=384, model_file="onnx/model_int8.onnx"');
});

test.each<[Partial<Head>, string, string[]]>([
  [{ dense: [dense] }, 'int8', ['octavec', 'sentence-transformers']],
  [{ pooling: ['cls', 'mean'] }, 'int8', ['octavec', 'sentence-transformers']],
  [{ pooling: ['lasttoken'] }, 'int8', ['octavec', 'transformers.js', 'sentence-transformers']],
  [{}, 'int8_static', ['octavec', 'sentence-transformers', 'fastembed']],
  [{}, 'q8', ['octavec', 'sentence-transformers', 'fastembed']],
  [{}, 'q4', ['octavec', 'transformers.js', 'sentence-transformers', 'fastembed']],
])('no program is named that would give other vectors, or find no file: %j, %s', (head, variant, expected) => {
  expect(programs(usage(head, variant))).toEqual(expected);
});

test('names of modes are those of each program', () => {
  expect(usage({ pooling: ['lasttoken'], normalize: false })).toContain("{ pooling: 'last_token', normalize: false }");
  expect(usage({ pooling: ['cls'], normalize: false })).toContain('PoolingType.CLS, normalization=False');
});
