import { describe, expect, test } from 'vitest';
import type { StoredTensor } from '../files/index.js';
import { ConfigReader } from './architectures/config-reader.js';
import { architectureOf } from './architectures/registry.js';
import { planEncoder } from './plan-encoder.js';
import type { WeightFiles } from './weights/weight-files.js';

type Shapes = Readonly<Record<string, readonly number[]>>;

/** Plans an encoder of tensors that have sizes and no numbers. */
async function planOf(values: object, shapes: Shapes) {
  const config = new ConfigReader('/m/config.json', values as Record<string, unknown>);
  const tensors = new Map(
    Object.entries(shapes).map(([name, dims]): [string, StoredTensor] => [
      name,
      {
        name,
        dims,
        type: 'F32',
        path: '/m/a',
        offset: 0,
        bytes: 4 * dims.reduce((product, size) => product * size, 1),
      },
    ]),
  );
  const weights = { tensors } as unknown as WeightFiles;
  return planEncoder('/m', architectureOf(config), config, weights);
}

/** Everything with a prefix before its name. */
const under = (prefix: string, shapes: Shapes): Shapes =>
  Object.fromEntries(Object.entries(shapes).map(([name, dims]) => [prefix + name, dims]));
const without = (shapes: Shapes, ...names: readonly string[]): Shapes =>
  Object.fromEntries(Object.entries(shapes).filter(([name]) => !names.includes(name)));
const invalid = (why: string) => ({ code: 'WEIGHTS_INVALID', message: expect.stringContaining(why) });

const withBias = (name: string, outputs: number, inputs: number): Shapes => ({
  [`${name}.weight`]: [outputs, inputs],
  [`${name}.bias`]: [outputs],
});
const layerNorm = (name: string): Shapes => ({ [`${name}.weight`]: [4], [`${name}.bias`]: [4] });

const bertConfig = {
  ...{ model_type: 'bert', hidden_size: 4, num_attention_heads: 2, num_hidden_layers: 1, max_position_embeddings: 7 },
};
const bert: Shapes = {
  'embeddings.word_embeddings.weight': [9, 4],
  'embeddings.position_embeddings.weight': [7, 4],
  'embeddings.token_type_embeddings.weight': [2, 4],
  ...layerNorm('embeddings.LayerNorm'),
  ...withBias('encoder.layer.0.attention.self.query', 4, 4),
  ...withBias('encoder.layer.0.attention.self.key', 4, 4),
  ...withBias('encoder.layer.0.attention.self.value', 4, 4),
  ...withBias('encoder.layer.0.attention.output.dense', 4, 4),
  ...layerNorm('encoder.layer.0.attention.output.LayerNorm'),
  ...withBias('encoder.layer.0.intermediate.dense', 6, 4),
  ...withBias('encoder.layer.0.output.dense', 4, 6),
  ...layerNorm('encoder.layer.0.output.LayerNorm'),
};

describe('an encoder with a tensor for each part', () => {
  test('takes its sizes from tensors and configuration', async () => {
    const { plan, unused } = await planOf(bertConfig, bert);
    expect(plan).toMatchObject({
      ...{ hidden: 4, heads: 2, keyValueHeads: 2, headWidth: 2, maxTokens: 7, preNorm: false },
      ...{ words: { count: 9 }, types: { count: 2 }, positions: { count: 7, rows: 'place' } },
    });
    expect(plan.scoreScale).toBeCloseTo(Math.SQRT1_2, 12);
    const [{ up, down, gate, attentionPath, ffnPath }] = plan.layers;
    expect([up.inputs, up.outputs, down.inputs, down.outputs, gate]).toEqual([4, 6, 6, 4, undefined]);
    expect([attentionPath, ffnPath]).toEqual(['encoder.layer.0.attention.self', 'encoder.layer.0.output']);
    expect(unused).toEqual([]);
  });

  test.each(['bert.', '0.auto_model.', 'model.bert.'])('may stand under "%s"', async (prefix) => {
    const { plan, unused } = await planOf(bertConfig, {
      ...under(prefix, bert),
      'cls.predictions.bias': [9],
      [`${prefix}pooler.dense.weight`]: [4, 4],
    });
    expect(plan.layers[0].query.weight.tensor.name).toBe(`${prefix}encoder.layer.0.attention.self.query.weight`);
    expect(unused).toEqual(['cls.predictions.bias', `${prefix}pooler.dense.weight`]);
  });

  test.each<[string, Shapes, string]>([
    ['two encoders', { ...under('a.', bert), ...under('b.', bert) }, 'several encoders are in it ("a.", "b.")'],
    ['a bias that is missing', without(bert, 'encoder.layer.0.output.dense.bias'), 'output.dense.bias" is missing'],
    ['a layer too many', { ...bert, ...under('encoder.layer.1.', { x: [4] }) }, 'nothing is known of the tensors'],
    ['an adapter in a layer', { ...bert, 'encoder.layer.0.lora_A.weight': [1, 4] }, 'encoder.layer.0.lora_A.weight'],
    ['a shorter table of positions', { ...bert, 'embeddings.position_embeddings.weight': [6, 4] }, 'fit [7,4]'],
    ['another width of words', { ...bert, 'encoder.layer.0.attention.self.key.weight': [4, 3] }, 'fit [4,4]'],
    ['no layers', { 'embeddings.word_embeddings.weight': [9, 4] }, 'of its first layer is missing, which BERT has'],
  ])('with %s is refused', async (_, shapes, why) => {
    await expect(planOf(bertConfig, shapes)).rejects.toMatchObject(invalid(why));
  });

  test('whose heads do not share its width evenly is refused', async () => {
    await expect(planOf({ ...bertConfig, num_attention_heads: 3 }, bert)).rejects.toMatchObject({
      code: 'MODEL_UNSUPPORTED',
    });
  });

  test('gives scores if it was trained to', async () => {
    const head = (labels: number): Shapes => ({
      ...withBias('bert.pooler.dense', 4, 4),
      ...withBias('classifier', labels, 4),
    });
    const shapes = under('bert.', bert);
    const scorer = { ...bertConfig, architectures: ['BertForSequenceClassification'] };
    for (const outputs of [1, 3]) {
      const { plan, unused } = await planOf(scorer, { ...shapes, ...head(outputs) });
      expect(plan.classifier).toMatchObject({ pooling: 'cls', activation: 'tanh', out: { inputs: 4, outputs } });
      expect(unused).toEqual([]);
    }
    // A head that the configuration says nothing of: the encoder alone.
    const other = await planOf(bertConfig, { ...shapes, ...head(1) });
    expect([other.plan.classifier, other.unused.length]).toEqual([undefined, 4]);
  });
});

describe('fused tensors', () => {
  const gteConfig = { ...bertConfig, model_type: 'new', rope_theta: 100 };
  const gte: Shapes = {
    'embeddings.word_embeddings.weight': [9, 4],
    ...layerNorm('embeddings.LayerNorm'),
    ...withBias('encoder.layer.0.attention.qkv_proj', 12, 4),
    ...withBias('encoder.layer.0.attention.o_proj', 4, 4),
    ...layerNorm('encoder.layer.0.attn_ln'),
    'encoder.layer.0.mlp.up_gate_proj.weight': [10, 4],
    ...withBias('encoder.layer.0.mlp.down_proj', 4, 5),
    ...layerNorm('encoder.layer.0.mlp_ln'),
  };

  test('are cut by rows: queries, keys and values, and of GTE the gate before', async () => {
    const { plan } = await planOf(gteConfig, gte);
    const [{ query, key, value, up, gate }] = plan.layers;
    expect([query, key, value].map(({ weight, bias }) => [weight.rows, bias?.rows])).toEqual([
      [
        [0, 4],
        [0, 4],
      ],
      [
        [4, 8],
        [4, 8],
      ],
      [
        [8, 12],
        [8, 12],
      ],
    ]);
    // The activation is applied to the second half.
    expect([up.weight.rows, gate?.weight.rows, up.bias]).toEqual([[5, 10], [0, 5], undefined]);
    expect(plan.types).toBeUndefined();
  });

  test.each<[string, readonly number[]]>([
    ['encoder.layer.0.attention.qkv_proj.weight', [13, 4]],
    ['encoder.layer.0.attention.qkv_proj.weight', [11, 4]],
    ['encoder.layer.0.mlp.up_gate_proj.weight', [11, 4]],
    ['encoder.layer.0.mlp.up_gate_proj.weight', [5, 4]],
  ])('that are not the sum of their parts are refused: %s of %j', async (name, dims) => {
    await expect(planOf(gteConfig, { ...gte, [name]: dims })).rejects.toMatchObject(invalid('does not fit'));
  });
});

test('heads of a width of their own share keys and values', async () => {
  const linear = (name: string, outputs: number, inputs: number): Shapes => ({ [`${name}.weight`]: [outputs, inputs] });
  const shapes: Shapes = {
    ...linear('embed_tokens', 9, 4),
    ...linear('layers.0.self_attn.q_proj', 12, 4),
    ...linear('layers.0.self_attn.k_proj', 6, 4),
    ...linear('layers.0.self_attn.v_proj', 6, 4),
    ...linear('layers.0.self_attn.o_proj', 4, 12),
    ...{ 'layers.0.self_attn.q_norm.weight': [6], 'layers.0.self_attn.k_norm.weight': [6] },
    ...{ 'layers.0.input_layernorm.weight': [4], 'layers.0.post_attention_layernorm.weight': [4], 'norm.weight': [4] },
    ...linear('layers.0.mlp.gate_proj', 8, 4),
    ...linear('layers.0.mlp.up_proj', 8, 4),
    ...linear('layers.0.mlp.down_proj', 4, 8),
  };
  const config = { ...bertConfig, model_type: 'qwen3', num_key_value_heads: 1, head_dim: 6 };
  const { plan, unused } = await planOf(config, { ...under('model.', shapes), 'lm_head.weight': [9, 4] });
  expect(plan).toMatchObject({ heads: 2, keyValueHeads: 1, headWidth: 6, preNorm: true });
  expect(plan.scoreScale).toBeCloseTo(6 ** -0.5, 12);
  const [{ query, key, out, up, gate, queryNorm, causal }] = plan.layers;
  expect([query.outputs, key.outputs, out.inputs, causal]).toEqual([12, 6, 12, true]);
  // The activation is applied to what the file calls the gate.
  expect([up.path, gate?.path]).toEqual(['layers.0.mlp.gate_proj', 'layers.0.mlp.up_proj']);
  expect(queryNorm).toMatchObject({ kind: 'rms', over: 'head', beta: undefined });
  expect(unused).toEqual(['lm_head.weight']);
  // A file that keeps the shared table under the name of the output layer only.
  const tied = await planOf(config, {
    ...without(under('model.', shapes), 'model.embed_tokens.weight'),
    'lm_head.weight': [9, 4],
  });
  expect([tied.plan.words.weight.tensor.name, tied.unused]).toEqual(['lm_head.weight', []]);
});

describe('heads', () => {
  const decoder = (heads: number, keyValueHeads: number, headWidth: number): Shapes => {
    const linear = (name: string, outputs: number, inputs: number): Shapes => ({
      [`${name}.weight`]: [outputs, inputs],
    });
    return {
      ...linear('embed_tokens', 9, 4),
      ...linear('layers.0.self_attn.q_proj', heads * headWidth, 4),
      ...linear('layers.0.self_attn.k_proj', keyValueHeads * headWidth, 4),
      ...linear('layers.0.self_attn.v_proj', keyValueHeads * headWidth, 4),
      ...linear('layers.0.self_attn.o_proj', 4, heads * headWidth),
      ...{ 'layers.0.self_attn.q_norm.weight': [headWidth], 'layers.0.self_attn.k_norm.weight': [headWidth] },
      ...{
        'layers.0.input_layernorm.weight': [4],
        'layers.0.post_attention_layernorm.weight': [4],
        'norm.weight': [4],
      },
      ...linear('layers.0.mlp.gate_proj', 8, 4),
      ...linear('layers.0.mlp.up_proj', 8, 4),
      ...linear('layers.0.mlp.down_proj', 4, 8),
    };
  };
  const config = (heads: number, keyValueHeads: number, headWidth: number) => ({
    ...{ ...bertConfig, model_type: 'qwen3', num_attention_heads: heads },
    ...{ num_key_value_heads: keyValueHeads, head_dim: headWidth },
  });

  test.each([
    [6, 2, 4],
    [4, 4, 2],
    [4, 1, 6],
  ])('%i that share %i keys and values, of width %i', async (...sizes) => {
    const { plan } = await planOf(config(...sizes), decoder(...sizes));
    expect([plan.heads, plan.keyValueHeads, plan.headWidth]).toEqual(sizes);
  });

  test.each([
    [4, 3, 2],
    [2, 4, 2],
  ])('%i cannot share %i keys and values evenly', async (...sizes) => {
    await expect(planOf(config(...sizes), decoder(...sizes))).rejects.toMatchObject({ code: 'MODEL_UNSUPPORTED' });
  });

  test('of an odd width cannot be turned', async () => {
    await expect(planOf(config(2, 1, 3), decoder(2, 1, 3))).rejects.toMatchObject({
      code: 'MODEL_UNSUPPORTED',
      message: expect.stringContaining('rotary positions in heads of 3 dimensions'),
    });
  });

  test('of an odd width that nothing turns are as good as others', async () => {
    const { plan } = await planOf({ ...bertConfig, num_attention_heads: 4 }, bert);
    expect(plan.headWidth).toBe(1);
  });
});

describe('what a table of words may be called', () => {
  test('the names of the first files count for norms alone', async () => {
    const renamed = Object.fromEntries(
      Object.entries(bert).map(([name, dims]) => [
        name.replace('LayerNorm.weight', 'LayerNorm.gamma').replace('LayerNorm.bias', 'LayerNorm.beta'),
        dims,
      ]),
    );
    const { plan, unused } = await planOf(bertConfig, renamed);
    expect(plan.embeddingNorm?.gamma.tensor.name).toBe('embeddings.LayerNorm.gamma');
    expect(plan.embeddingNorm?.beta?.tensor.name).toBe('embeddings.LayerNorm.beta');
    expect(unused).toEqual([]);
    await expect(planOf(bertConfig, { ...renamed, 'x.gamma': [4] })).rejects.toMatchObject(invalid('x.gamma'));
  });

  test('a model without types of tokens has none, and one with a table of another width is refused', async () => {
    const types = 'embeddings.token_type_embeddings.weight';
    expect((await planOf(bertConfig, without(bert, types))).plan.types).toBeUndefined();
    await expect(planOf(bertConfig, { ...bert, [types]: [2, 5] })).rejects.toMatchObject(invalid('fit [2,4]'));
  });

  test('words of another width than the configuration says are refused', async () => {
    const words = { ...bert, 'embeddings.word_embeddings.weight': [9, 5] };
    await expect(planOf(bertConfig, words)).rejects.toMatchObject(invalid('does not fit [9,4]'));
  });
});
