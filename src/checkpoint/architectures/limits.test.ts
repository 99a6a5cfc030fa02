import { describe, expect, test } from 'vitest';
import { ConfigReader } from './config-reader.js';
import { architectureOf, architectures } from './registry.js';

const sizes = {
  ...{ hidden_size: 64, num_attention_heads: 4, num_key_value_heads: 2, num_hidden_layers: 3 },
  max_position_embeddings: 128,
};
const settingsOf = (values: object) => {
  const config = new ConfigReader('/m/config.json', { ...sizes, ...values } as Record<string, unknown>);
  return architectureOf(config).settings(config);
};
const types = architectures.flatMap(({ modelTypes }) => modelTypes);
const invalid = expect.objectContaining({ code: 'CONFIG_INVALID' });
const unsupported = expect.objectContaining({ code: 'MODEL_UNSUPPORTED' });

describe.each(types)('a configuration of the type %s', (model_type) => {
  test('that claims billions of layers is refused before a list of them is made', () => {
    expect(() => settingsOf({ model_type, num_hidden_layers: 2_000_000_000, n_layers: 2_000_000_000 })).toThrow(
      unsupported,
    );
    expect(() => settingsOf({ model_type, num_hidden_layers: 1025 })).toThrow(/1025 layers/);
    expect(settingsOf({ model_type, num_hidden_layers: 1024 }).layers).toBe(1024);
  });

  test.each([
    ['num_attention_heads', 0],
    ['num_attention_heads', 2.5],
    ['num_attention_heads', '4'],
    ['hidden_size', -64],
    ['hidden_size', [64]],
    ['num_hidden_layers', true],
    ['max_position_embeddings', null],
    ['max_position_embeddings', 2 ** 31],
  ])('with %s of %j is refused by name', (key, value) => {
    const refused = () => settingsOf({ model_type, [key]: value });
    expect(refused).toThrow(invalid);
    expect(refused).toThrow(key);
  });

  test('has an entry of sight for each layer, or none at all', () => {
    const { sight, layers } = settingsOf({ model_type, num_hidden_layers: 7 });
    expect([undefined, layers]).toContain(sight?.length);
  });
});

describe('padding that takes rows of positions', () => {
  test.each(['roberta', 'xlm-roberta', 'camembert', 'mpnet'])('of %s leaves some to texts', (model_type) => {
    expect(settingsOf({ model_type, pad_token_id: 126 }).maxTokens).toBe(1);
    for (const pad_token_id of [127, 128, 100_000, -1, 0.5]) {
      const refused = () => settingsOf({ model_type, pad_token_id });
      expect(refused).toThrow(invalid);
      expect(refused).toThrow('pad_token_id');
    }
  });

  test('does not matter where positions are places', () => {
    expect(settingsOf({ model_type: 'bert', pad_token_id: 500 })).toMatchObject({ padTokenId: 500, maxTokens: 128 });
  });
});

describe('rotary positions', () => {
  test.each([
    [{ rope_theta: 0 }],
    [{ rope_theta: -10_000 }],
    [{ rope_parameters: { rope_theta: 0 } }],
    [{ rope_scaling: { type: 'linear', factor: 0 } }],
    [{ rope_scaling: { type: 'linear', factor: -2 } }],
  ])('of %j turn nowhere', (values) => {
    for (const model_type of ['qwen3', 'gte']) {
      expect(() => settingsOf({ model_type, ...values })).toThrow(invalid);
    }
  });

  test('of GTE are scaled by a positive factor', () => {
    const values = { model_type: 'new', rope_scaling: { type: 'ntk', factor: 0 } };
    expect(() => settingsOf(values)).toThrow(invalid);
    expect(() => settingsOf({ ...values, rope_theta: 0 })).toThrow(invalid);
  });

  test('of ModernBERT and Gemma have two bases, each of which has to be positive', () => {
    expect(() => settingsOf({ model_type: 'modernbert', local_rope_theta: 0 })).toThrow(invalid);
    expect(() => settingsOf({ model_type: 'modernbert', global_rope_theta: 0 })).toThrow(invalid);
    expect(() => settingsOf({ model_type: 'gemma3_text', rope_local_base_freq: 0 })).toThrow(invalid);
  });
});

describe('what only some architectures have', () => {
  test('norms need a variance that is raised, not lowered', () => {
    for (const model_type of ['bert', 'qwen3', 'modernbert', 'nomic_bert']) {
      const key = {
        bert: 'layer_norm_eps',
        qwen3: 'rms_norm_eps',
        modernbert: 'norm_eps',
        nomic_bert: 'layer_norm_eps',
      };
      expect(settingsOf({ model_type }).epsilon).toBeGreaterThan(0);
      expect(settingsOf({ model_type, [key[model_type as 'bert']]: 1e-3 }).epsilon).toBe(1e-3);
    }
  });

  test('MPNet needs buckets for both sides, near and far', () => {
    expect(settingsOf({ model_type: 'mpnet', relative_attention_num_buckets: 4 }).relativeBuckets).toBe(4);
    for (const buckets of [1, 2, 3]) {
      expect(() => settingsOf({ model_type: 'mpnet', relative_attention_num_buckets: buckets })).toThrow(unsupported);
    }
  });

  test('Gemma sees every sixth layer whole, and all where the pattern is 1', () => {
    const windows = (more: object) =>
      settingsOf({ model_type: 'gemma3_text', num_hidden_layers: 7, sliding_window: 8, ...more }).sight?.map(
        ({ window }) => window,
      );
    expect(windows({})).toEqual([7, 7, 7, 7, 7, 0, 7]);
    expect(windows({ sliding_window_pattern: 1 })).toEqual([0, 0, 0, 0, 0, 0, 0]);
    expect(windows({ _sliding_window_pattern: 2 })).toEqual([7, 0, 7, 0, 7, 0, 7]);
    // What the layers are is told by a list, whatever the pattern.
    const layer_types = ['full_attention', ...new Array(6).fill('sliding_attention')];
    expect(windows({ layer_types, sliding_window_pattern: 1 })).toEqual([0, 7, 7, 7, 7, 7, 7]);
  });

  test('an old name goes before a newer one only where that has no value', () => {
    const distil = { model_type: 'distilbert', dim: null, hidden_size: 32, n_heads: 8, num_attention_heads: 4 };
    expect(settingsOf(distil)).toMatchObject({ hidden: 32, heads: 8 });
  });
});
