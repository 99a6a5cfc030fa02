import { describe, expect, test } from 'vitest';
import type { ListedModel, ListedVariant } from '../registry/index.js';
import { formatModel, formatModels } from './models-text.js';
import { plainStyle } from './style.js';

const variant = (precision: string, more: Partial<ListedVariant> = {}): ListedVariant => ({
  ...{ precision, path: `/m/${precision}.onnx`, bytes: 2_000_000, isQuantized: false, quantizationType: null },
  date: '2026-03-04T05:06:07.000Z',
  ...more,
});
const model: ListedModel = {
  ...{ id: 'BAAI/bge-m3', path: '/cache/bge', source: 'hub', revision: '0123456789abcdef', revisions: ['main'] },
  ...{ architecture: 'bert', dimensions: 384, maxTokens: 512, bytes: 4_000_000 },
  variants: [variant('fp32'), variant('int8', { verdict: 'passed' }), variant('q4', { verdict: 'refused' })],
};

describe('formatModels', () => {
  test('has a line for each model, and their sum', () => {
    const [head, first, , sum] = formatModels([model], plainStyle).split('\n');
    expect(head.split(/\s+/)).toEqual([
      ...['model', 'revision', 'architecture', 'dimensions', 'tokens', 'size', 'variants'],
    ]);
    expect(first).toMatch(/^BAAI\/bge-m3 +main +bert +384 +512 +4(\.0+)? MB +fp32 int8 ✓ q4 ✗$/);
    expect(sum).toMatch(/^1 model, 4(\.0+)? MB$/);
  });

  test('shows the commit where no branch leads to it, and a dash for what is not known', () => {
    const bare = { ...model, revisions: [], architecture: undefined, dimensions: undefined, variants: [] };
    expect(formatModels([bare], plainStyle)).toMatch(/0123456789ab +– +– +512 .*safetensors$/m);
  });

  test('says how to get one where there are none', () => {
    expect(formatModels([], plainStyle)).toContain('octavec pull');
  });
});

test('formatModel says all that is known, and leaves out what is not', () => {
  const text = formatModel({ ...model, languages: ['en', 'de'], licence: 'mit' });
  for (const line of [/^model +BAAI\/bge-m3$/m, /^branches +main$/m, /^languages +en, de$/m, /^licence +mit$/m]) {
    expect(text).toMatch(line);
  }
  expect(text).toMatch(/^ {2}int8 +2(\.0+)? MB +passed +2026-03-04 +\/m\/int8\.onnx$/m);
  expect(text).toMatch(/^ {2}fp32 .*not proven/m);
  expect(formatModel({ ...model, revisions: [] })).not.toMatch(/branches|licence|languages/);
});
