import { describe, expect, test } from 'vitest';
import { activationNamed, rotaryOf } from './architecture.js';
import { ConfigReader } from './config-reader.js';
import { layerKinds } from './layer-kinds.js';
import { architectureOf } from './registry.js';

const reader = (values: object) => new ConfigReader('/m/config.json', values as Record<string, unknown>);
const unsupported = expect.objectContaining({ code: 'MODEL_UNSUPPORTED' });

/** What every configuration has. */
const sizes = { hidden_size: 64, num_attention_heads: 4, num_hidden_layers: 3, max_position_embeddings: 128 };
const settingsOf = (values: object) => {
  const config = reader({ ...sizes, ...values });
  return architectureOf(config).settings(config);
};

describe('the architecture', () => {
  test.each([
    ['bert', 'BERT'],
    ['roberta', 'RoBERTa'],
    ['xlm-roberta', 'RoBERTa'],
    ['camembert', 'RoBERTa'],
    ['distilbert', 'DistilBERT'],
    ['mpnet', 'MPNet'],
    ['nomic_bert', 'NomicBERT'],
    ['modernbert', 'ModernBERT'],
    ['gemma3_text', 'Gemma 3'],
    ['qwen3', 'Qwen3'],
    ['new', 'GTE'],
    ['gte', 'GTE'],
  ])('of the type %s is %s', (type, name) => {
    expect(architectureOf(reader({ model_type: type })).name).toBe(name);
  });

  test('of a BERT with biases by distance is that of Jina', () => {
    expect(architectureOf(reader({ model_type: 'bert', position_embedding_type: 'alibi' })).name).toBe('JinaBERT');
    expect(architectureOf(reader({ model_type: 'bert', position_embedding_type: 'absolute' })).name).toBe('BERT');
  });

  test.each([
    [
      { model_type: 't5', architectures: ['T5Model', 'X'] },
      { found: '"t5" (T5Model, X)', nearest: undefined },
    ],
    [
      { model_type: 't5', architectures: ['T5Model'] },
      { found: '"t5" (T5Model)', nearest: undefined },
    ],
    [{ model_type: 'electra' }, { found: '"electra"', nearest: 'BERT' }],
    [{ model_type: 'llama' }, { found: '"llama"', nearest: 'Qwen3' }],
    [{}, { found: 'its configuration has no "model_type"', nearest: undefined }],
    [{ model_type: 'constructor' }, { found: '"constructor"', nearest: undefined }],
  ])('of %j is not known', (values, details) => {
    expect(() => architectureOf(reader(values))).toThrow(
      expect.objectContaining({ code: 'ARCHITECTURE_UNKNOWN', details: expect.objectContaining(details) }),
    );
  });
});

describe('settings', () => {
  test('of BERT', () => {
    expect(settingsOf({ model_type: 'bert', hidden_act: 'gelu_new', layer_norm_eps: 1e-5, pad_token_id: 3 })).toEqual({
      ...{ hidden: 64, heads: 4, layers: 3, padTokenId: 3, epsilon: 1e-5, activation: 'geluTanh' },
      ...{ maxTokens: 128, positionRows: 'place' },
    });
  });

  test('of RoBERTa: padding and the row before it are no positions of texts', () => {
    expect(settingsOf({ model_type: 'roberta' })).toMatchObject({
      padTokenId: 1,
      maxTokens: 126,
      positionRows: 'counted',
    });
    expect(settingsOf({ model_type: 'roberta', pad_token_id: 0 })).toMatchObject({ padTokenId: 0, maxTokens: 127 });
  });

  test('of MPNet: 32 buckets if it does not say', () => {
    expect(settingsOf({ model_type: 'mpnet' }).relativeBuckets).toBe(32);
    expect(settingsOf({ model_type: 'mpnet', relative_attention_num_buckets: 8 }).relativeBuckets).toBe(8);
  });

  test('of DistilBERT by its own names', () => {
    const values = { model_type: 'distilbert', dim: 32, n_heads: 2, n_layers: 1, activation: 'relu' };
    expect(settingsOf(values)).toMatchObject({ hidden: 32, heads: 2, layers: 1, activation: 'relu', epsilon: 1e-12 });
    expect(settingsOf({ model_type: 'distilbert' })).toMatchObject({ hidden: 64, heads: 4, layers: 3 });
  });

  test('of ModernBERT: every third layer sees all, the others half of the window to either side', () => {
    const { sight } = settingsOf({ model_type: 'modernbert', num_hidden_layers: 4, local_attention: 10 });
    expect(sight?.map(({ window, rotary }) => [window, rotary?.base])).toEqual([
      [0, 160_000],
      [5, 10_000],
      [5, 10_000],
      [0, 160_000],
    ]);
  });

  test('of ModernBERT: null in place of a local base is that of global layers, as in transformers 4', () => {
    const bases = (more: object) =>
      settingsOf({ model_type: 'modernbert', global_rope_theta: 7, ...more }).sight?.map(({ rotary }) => rotary?.base);
    expect(bases({ local_rope_theta: null })).toEqual([7, 7, 7]);
    expect(bases({})).toEqual([7, 10_000, 10_000]);
    expect(bases({ local_rope_theta: 9 })).toEqual([7, 9, 9]);
    const rope_parameters = { sliding_attention: { rope_theta: 3 } };
    expect(bases({ local_rope_theta: null, rope_parameters })).toEqual([7, 3, 3]);
  });

  test('of ModernBERT in the newer form', () => {
    const values = {
      ...{ model_type: 'modernbert', layer_types: ['full_attention', 'sliding_attention', 'sliding_attention'] },
      rope_parameters: {
        full_attention: { rope_theta: 5 },
        sliding_attention: { rope_theta: 6, rope_type: 'default' },
      },
    };
    expect(settingsOf(values).sight?.map(({ window, rotary }) => [window, rotary?.base])).toEqual([
      [0, 5],
      [64, 6],
      [64, 6],
    ]);
    expect(() => settingsOf({ model_type: 'modernbert', classifier_pooling: 'max' })).toThrow(unsupported);
  });

  test('of Gemma 3: which sees both sides by half of the window, or back by the window less the token itself', () => {
    const values = { model_type: 'gemma3_text', num_key_value_heads: 1, sliding_window: 8, sliding_window_pattern: 3 };
    const sightOf = (more: object) =>
      settingsOf({ ...values, ...more }).sight?.map(({ window, causal }) => [window, causal]);
    expect(sightOf({ use_bidirectional_attention: true })).toEqual([
      [4, false],
      [4, false],
      [0, false],
    ]);
    expect(sightOf({})?.[0]).toEqual([7, true]);
    expect(() => sightOf({ use_bidirectional_attention: true, sliding_window: 257 })).toThrow('was it 512?');
    expect(() => sightOf({ attn_logit_softcapping: 50 })).toThrow(unsupported);
    expect(settingsOf(values)).toMatchObject({ wordScale: 8, scoreScale: 1 / 16, headWidth: 256, keyValueHeads: 1 });
  });

  test('of Qwen3: causal unless it says otherwise', () => {
    const causal = (more: object) => settingsOf({ model_type: 'qwen3', ...more }).sight?.[0].causal;
    expect(causal({})).toBe(true);
    expect(causal({ is_causal: false })).toBe(false);
    expect(causal({ use_bidirectional_attention: true })).toBe(false);
    expect(() => causal({ use_sliding_window: true })).toThrow(unsupported);
    expect(() => causal({ layer_types: ['full_attention', 'sliding_attention', 'full_attention'] })).toThrow(
      unsupported,
    );
  });

  test('of GTE: its own scaling of positions', () => {
    const rotary = (more: object) => settingsOf({ model_type: 'new', rope_theta: 500, ...more }).sight?.[0].rotary;
    expect(rotary({})).toEqual({ base: 500 });
    expect(rotary({ rope_scaling: { type: 'ntk', factor: 2 } })).toEqual({ base: 500, ntkFactor: 2 });
    expect(() => rotary({ rope_scaling: { type: 'ntk', factor: 2, mixed_b: 1 } })).toThrow(unsupported);
    expect(() => rotary({ rope_scaling: { type: 'yarn' } })).toThrow(unsupported);
  });

  test('of Nomic: by either generation of names, and no further than it was trained where positions are scaled', () => {
    const values = {
      model_type: 'nomic_bert',
      n_embd: 8,
      n_head: 2,
      n_layer: 1,
      n_positions: 8192,
      max_trained_positions: 2048,
    };
    const { max_position_embeddings: _, ...others } = sizes;
    const config = (more: object) => reader({ ...others, ...values, hidden_size: null, ...more });
    const { settings } = architectureOf(config({}));
    expect(settings(config({}))).toMatchObject({ hidden: 8, heads: 4, layers: 3, maxTokens: 8192, activation: 'silu' });
    expect(settings(config({ rotary_scaling_factor: 2 })).maxTokens).toBe(2048);
    expect(() => settings(config({ num_experts: 8, moe_every_n_layers: 2 }))).toThrow('a mixture of experts');
    expect(settings(config({ num_experts: 0, moe_every_n_layers: 2 })).hidden).toBe(8);
  });

  test('of Jina: the feed-forward part that it names', () => {
    const values = { model_type: 'bert', position_embedding_type: 'alibi' };
    expect(settingsOf(values)).toMatchObject({ activation: 'gelu', alibi: true, normOver: 'all' });
    expect(settingsOf({ ...values, feed_forward_type: 'reglu' }).activation).toBe('relu');
    expect(() => settingsOf({ ...values, feed_forward_type: 'original' })).toThrow(unsupported);
  });

  test.each([
    [{ model_type: 'bert', is_decoder: true }],
    [{ model_type: 'bert', position_embedding_type: 'relative_key' }],
    [{ model_type: 'bert', hidden_act: 'mish' }],
    [{ model_type: 'nomic_bert', prenorm: true }],
    [{ model_type: 'new', layer_norm_type: 'rms_norm' }],
  ])('%j are not converted', (values) => {
    expect(() => settingsOf(values)).toThrow(unsupported);
  });
});

describe('names of activations', () => {
  test.each([
    ['gelu', 'gelu'],
    ['gelu_new', 'geluTanh'],
    ['gelu_fast', 'geluTanh'],
    ['gelu_python', 'gelu'],
    ['gelu_python_tanh', 'geluTanh'],
    ['gelu_accurate', 'geluTanh'],
    ['swish', 'silu'],
    ['swiglu', 'silu'],
  ])('%s is %s', (name, activation) => {
    expect(activationNamed(reader({}), name)).toBe(activation);
  });

  test.each(['', 'GELU', 'mish', 'constructor', 'toString', '__proto__'])('%j is not known', (name) => {
    expect(() => activationNamed(reader({}), name)).toThrow(unsupported);
  });
});

describe('rotary settings', () => {
  const rotary = (values: object, kind?: string) => rotaryOf(reader(values), kind, ['rope_theta', 'old_theta'], 10_000);

  test.each([
    [{}, { base: 10_000 }],
    [{ old_theta: 7 }, { base: 7 }],
    [{ rope_theta: 5, rope_scaling: null }, { base: 5 }],
    [
      { rope_theta: 5, rope_scaling: { type: 'linear', factor: 4 } },
      { base: 5, factor: 4 },
    ],
    [{ rope_scaling: { rope_type: 'linear' } }, { base: 10_000, factor: 1 }],
    [{ rope_theta: 5, rope_parameters: { rope_theta: 6 } }, { base: 6 }],
    [{ rope_theta: 5, rope_parameters: {} }, { base: 5 }],
  ])('%j are %j', (values, expected) => {
    expect(rotary(values)).toEqual(expected);
  });

  test('of a kind of layers go before those of all', () => {
    const values = { rope_parameters: { full: { rope_theta: 2, rope_type: 'linear', factor: 8 }, rope_theta: 3 } };
    expect(rotary(values, 'full')).toEqual({ base: 2, factor: 8 });
    expect(rotary(values, 'sliding')).toEqual({ base: 3 });
  });

  test('that turn a part of each head are not converted', () => {
    const partly = (share: number) => rotary({ rope_parameters: { rope_theta: 5, partial_rotary_factor: share } });
    expect(partly(1)).toEqual({ base: 5 });
    expect(() => partly(0.5)).toThrow(unsupported);
  });

  test.each(['dynamic', 'yarn', 'llama3'])('of the type %s are not converted', (type) => {
    expect(() => rotary({ rope_scaling: { type } })).toThrow(unsupported);
  });
});

describe('kinds of layers', () => {
  test('are those listed, else those of the rule', () => {
    const listed = ['sliding_attention', 'full_attention'];
    expect(layerKinds(reader({ layer_types: listed }), 2, () => true)).toEqual(listed);
    expect(layerKinds(reader({}), 3, (layer) => layer === 1)).toEqual([
      ...['sliding_attention', 'full_attention', 'sliding_attention'],
    ]);
  });

  test('are as many as there are layers, and of no other kind', () => {
    expect(() => layerKinds(reader({ layer_types: ['full_attention'] }), 2, () => true)).toThrow(
      '"layer_types" for 1 layers',
    );
    expect(() => layerKinds(reader({ layer_types: ['full_attention', 'mamba'] }), 2, () => true)).toThrow(
      'type "mamba"',
    );
  });
});
