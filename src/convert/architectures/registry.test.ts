import { describe, expect, test } from 'vitest';
import { activationNamed } from './architecture.js';
import { ConfigReader } from './config-reader.js';
import { architectureOf } from './registry.js';

const config = (values: Readonly<Record<string, unknown>>) => new ConfigReader('m/config.json', values);

describe('the architecture of a configuration', () => {
  test.each(['bert', 'roberta', 'mpnet', 'distilbert', 'qwen3'])('%s is known', (type) => {
    expect(architectureOf(config({ model_type: type })).modelTypes).toContain(type);
  });

  test('a bert with distances in place of positions is a JinaBERT', () => {
    const plain = architectureOf(config({ model_type: 'bert', position_embedding_type: 'absolute' }));
    const jina = architectureOf(config({ model_type: 'bert', position_embedding_type: 'alibi' }));
    expect(jina.name).not.toBe(plain.name);
  });

  test.each([
    [{}, { found: 'its configuration has no "model_type"', nearest: undefined }],
    [{ model_type: 'electra' }, { found: '"electra"' }],
    [
      { model_type: 't5', architectures: ['T5Model'] },
      { found: '"t5" (T5Model)', nearest: undefined },
    ],
    [{ model_type: 'constructor' }, { found: '"constructor"', nearest: undefined }],
  ])('%j is refused', (values, details) => {
    const refused = () => architectureOf(config(values));
    expect(refused).toThrow(expect.objectContaining({ code: 'ARCHITECTURE_UNKNOWN' }));
    expect(refused).toThrow(expect.objectContaining({ details: expect.objectContaining(details) }));
  });
});

describe('activations', () => {
  test.each([
    ['gelu', 'gelu'],
    ['gelu_new', 'geluTanh'],
    ['swish', 'silu'],
  ])('%s is %s', (name, activation) => {
    expect(activationNamed(config({}), name)).toBe(activation);
  });

  test.each(['', 'GELU', 'mish', 'constructor', '__proto__'])('%j is refused', (name) => {
    expect(() => activationNamed(config({}), name)).toThrow(expect.objectContaining({ code: 'MODEL_UNSUPPORTED' }));
  });
});
