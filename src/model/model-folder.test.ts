import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { modelWith } from '../../test/support/protobuf.js';
import { openModelFolder } from './model-folder.js';

/** A folder with the given files; objects are written as JSON. */
function folder(files: Readonly<Record<string, unknown>>): string {
  const root = mkdtempSync(join(tmpdir(), 'octavec-model-'));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(
      join(root, name),
      typeof content === 'string' || Buffer.isBuffer(content) ? content : JSON.stringify(content),
    );
  }
  return root;
}

const minimal = { 'tokenizer.json': {}, 'onnx/model.onnx': '' };

const modules = (generation: 'old' | 'new', ...more: readonly (readonly [string, string])[]) => [
  { idx: 0, name: '0', path: '', type: moduleType(generation, 'Transformer') },
  { idx: 1, name: '1', path: '1_Pooling', type: moduleType(generation, 'Pooling') },
  ...more.map(([kind, path], i) => ({ idx: 2 + i, name: `${2 + i}`, path, type: moduleType(generation, kind) })),
];

const moduleType = (generation: 'old' | 'new', kind: string) =>
  generation === 'old'
    ? `sentence_transformers.models.${kind}`
    : `sentence_transformers.base.modules.${kind.toLowerCase()}.${kind}`;

describe('openModelFolder: files', () => {
  test('takes the file of highest precision, or the asked variant', async () => {
    const path = folder({ ...minimal, 'onnx/model_fp16.onnx': '', 'onnx/model_int8.onnx': '' });
    expect((await openModelFolder(path)).onnxPath).toBe(join(path, 'onnx/model.onnx'));
    expect((await openModelFolder(path, { variant: 'int8' })).onnxPath).toBe(join(path, 'onnx/model_int8.onnx'));
    const half = folder({ 'tokenizer.json': {}, 'model_int8.onnx': '', 'model_fp16.onnx': '' });
    expect((await openModelFolder(half)).onnxPath).toBe(join(half, 'model_fp16.onnx'));
  });

  test('takes the only file that speaks of the asked variant, by whatever name', async () => {
    const path = folder({ ...minimal, 'onnx/AVA-ONX-384-gte-int8.onnx': '' });
    expect((await openModelFolder(path)).onnxPath).toBe(join(path, 'onnx/model.onnx'));
    const { onnxPath } = await openModelFolder(path, { variant: 'int8' });
    expect(onnxPath).toBe(join(path, 'onnx/AVA-ONX-384-gte-int8.onnx'));
    writeFileSync(join(path, 'onnx/another-int8.onnx'), '');
    await expect(openModelFolder(path, { variant: 'int8' })).rejects.toThrow(/there are: .*another-int8/);
  });

  test('takes the only file there is, whatever its name', async () => {
    const path = folder({ 'tokenizer.json': {}, 'encoder.onnx': '' });
    expect((await openModelFolder(path)).onnxPath).toBe(join(path, 'encoder.onnx'));
  });

  test('says what it looked for', async () => {
    await expect(openModelFolder(folder({ 'tokenizer.json': {} }))).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
    await expect(openModelFolder(folder(minimal), { variant: 'q4' })).rejects.toThrow(
      /model_q4\.onnx.*there are: .*model\.onnx/,
    );
    await expect(openModelFolder('/no/such/model')).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
    const whole = Buffer.from(modelWith());
    await expect(openModelFolder(folder({ 'model.onnx': whole }))).rejects.toMatchObject({ code: 'TOKENIZER_MISSING' });
    await expect(openModelFolder(folder({ 'model.onnx': '<html>' }))).rejects.toMatchObject({ code: 'NOT_ONNX' });
  });

  test('finds the folder around a single file', async () => {
    const path = folder({ ...minimal, 'config.json': { model_type: 'bert' }, 'onnx/x-INT8.onnx': '' });
    const files = await openModelFolder(join(path, 'onnx/x-INT8.onnx'));
    expect(files).toMatchObject({ folder: path, tokenizerPath: join(path, 'tokenizer.json'), architecture: 'bert' });
  });

  test('takes what a lone file lacks from another model or from a named tokenizer', async () => {
    const lone = join(folder({ 'x.onnx': Buffer.from(modelWith()) }), 'x.onnx');
    await expect(openModelFolder(lone)).rejects.toMatchObject({ code: 'TOKENIZER_MISSING' });
    const original = folder({
      ...minimal,
      'modules.json': modules('old'),
      '1_Pooling/config.json': { pooling_mode_cls_token: true, pooling_mode_mean_tokens: false },
      'sentence_bert_config.json': { max_seq_length: 77 },
    });
    const like = await openModelFolder(original);
    const expected = { onnxPath: lone, tokenizerPath: like.tokenizerPath, maxTokens: 77, head: { pooling: ['cls'] } };
    expect(await openModelFolder(lone, { like })).toMatchObject(expected);
    expect(await openModelFolder(lone, { tokenizer: original })).toMatchObject(expected);
    await expect(openModelFolder(lone, { tokenizer: 'nowhere.json' })).rejects.toThrow(
      /^Tokenizer not found: .*nowhere\.json/,
    );
    await expect(openModelFolder(lone, { tokenizer: dirname(lone) })).rejects.toMatchObject({
      code: 'TOKENIZER_MISSING',
    });
  });
});

describe('openModelFolder: pooling', () => {
  const headOf = async (files: Readonly<Record<string, unknown>>) =>
    (await openModelFolder(folder({ ...minimal, ...files }))).head;

  test('is the normalised mean where nothing is said', async () => {
    expect(await headOf({})).toEqual({ pooling: ['mean'], includePrompt: true, dense: [], normalize: true });
  });

  test.each(['old', 'new'] as const)('is read from modules.json of the %s generation', async (generation) => {
    const head = await headOf({
      'modules.json': modules(generation, ['Normalize', '2_Normalize']),
      '1_Pooling/config.json':
        generation === 'old'
          ? {
              word_embedding_dimension: 8,
              pooling_mode_mean_tokens: false,
              pooling_mode_lasttoken: true,
              include_prompt: false,
            }
          : { embedding_dimension: 8, pooling_mode: 'lasttoken', include_prompt: false },
    });
    expect(head).toEqual({ pooling: ['lasttoken'], includePrompt: false, dense: [], normalize: true });
  });

  test('keeps the order in which several modes are concatenated, and does not normalise unasked', async () => {
    const head = await headOf({
      'modules.json': modules('old'),
      '1_Pooling/config.json': { pooling_mode_mean_tokens: true, pooling_mode_cls_token: true },
    });
    expect(head).toMatchObject({ pooling: ['cls', 'mean'], normalize: false });
  });

  test('reads dense layers', async () => {
    const weight = Float32Array.of(1, 2, 3, 4, 5, 6);
    const header = Buffer.from(
      JSON.stringify({ 'linear.weight': { dtype: 'F32', shape: [3, 2], data_offsets: [0, 24] } }),
    );
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    const head = await headOf({
      'modules.json': modules('new', ['Dense', '2_Dense']),
      '1_Pooling/config.json': { pooling_mode: 'mean' },
      '2_Dense/config.json': {
        in_features: 2,
        out_features: 3,
        bias: false,
        activation_function: 'torch.nn.modules.linear.Identity',
      },
      '2_Dense/model.safetensors': Buffer.concat([length, header, Buffer.from(weight.buffer)]),
    });
    expect(head.dense).toEqual([{ inputs: 2, outputs: 3, weight, bias: undefined, activation: 'identity' }]);
  });

  test.each([
    ['a path that leaves the folder', { 'modules.json': modules('old', ['Dense', '../../secret']) }],
    ['no mode at all', { '1_Pooling/config.json': { pooling_mode_mean_tokens: false } }],
    ['a mode that does not exist', { '1_Pooling/config.json': { pooling_mode: 'median' } }],
    ['modules.json that is not JSON', { 'modules.json': '[{' }],
    ['modules.json that is no list', { 'modules.json': { type: 'Pooling' } }],
  ])('refuses %s', async (_, files) => {
    const good = { 'modules.json': modules('old'), '1_Pooling/config.json': { pooling_mode_mean_tokens: true } };
    await expect(headOf({ ...good, ...files })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });
});

/** A dense layer from two numbers to three, as sentence-transformers writes it. */
const dense = (activation: string, weights = 'model.safetensors') => {
  const header = Buffer.from(
    JSON.stringify({ 'linear.weight': { dtype: 'F32', shape: [3, 2], data_offsets: [0, 24] } }),
  );
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return {
    'modules.json': modules('new', ['Dense', '2_Dense']),
    '1_Pooling/config.json': {},
    '2_Dense/config.json': { in_features: 2, out_features: 3, bias: false, activation_function: activation },
    [`2_Dense/${weights}`]: Buffer.concat([length, header, Buffer.alloc(24)]),
  };
};

describe('openModelFolder: pooling as sentence-transformers takes it', () => {
  const headOf = async (files: Readonly<Record<string, unknown>>) =>
    (await openModelFolder(folder({ ...minimal, 'modules.json': modules('old'), ...files }))).head;

  test.each([
    ['no mode', {}, ['mean']],
    ['modes that are null', { pooling_mode: null, pooling_mode_cls_token: null }, ['mean']],
    ['another mode alone', { pooling_mode_cls_token: true }, ['cls', 'mean']],
    ['another mode, and no mean', { pooling_mode_cls_token: true, pooling_mode_mean_tokens: false }, ['cls']],
    ['a mode of the new generation', { pooling_mode: 'cls' }, ['cls']],
  ])('%s', async (_, config, pooling) => {
    expect((await headOf({ '1_Pooling/config.json': config })).pooling).toEqual(pooling);
  });

  test.each([
    ['Identity', 'identity'],
    ['Tanh', 'tanh'],
    ['ReLU', 'relu'],
    ['GELU', 'gelu'],
  ])('a dense layer with %s', async (name, activation) => {
    const head = await headOf(dense(`torch.nn.modules.activation.${name}`));
    expect(head.dense[0].activation).toBe(activation);
  });

  test.each([
    ['a router', { 'modules.json': modules('old', ['Router', '2']) }, /module "sentence_transformers.models.Router"/],
    ['a sparse encoder', { 'modules.json': modules('old', ['SpladePooling', '1']) }, /sparse vectors/],
    [
      'late interaction',
      { 'modules.json': [...modules('old'), { path: '2', type: 'pylate.models.Dense.Dense' }] },
      /vector for each token/,
    ],
    [
      'a dense layer behind the normalising',
      { 'modules.json': modules('old', ['Normalize', '2'], ['Dense', '3']) },
      /Dense/,
    ],
    ['another activation', dense('torch.nn.SiLU'), /"torch\.nn\.SiLU"/],
    ['a cross-encoder', { 'config_sentence_transformers.json': { model_type: 'CrossEncoder' } }, /a CrossEncoder/],
  ])('says that %s is not supported, and what to do', async (_, files, message) => {
    const opened = headOf({ '1_Pooling/config.json': {}, ...files });
    await expect(opened).rejects.toMatchObject({ code: 'MODEL_UNSUPPORTED', message: expect.stringMatching(message) });
  });

  test('with the encoder in a folder of its own', async () => {
    const own = modules('old').map((module, i) => (i === 0 ? { ...module, path: '0_Transformer' } : module));
    const path = folder({
      'modules.json': own,
      '1_Pooling/config.json': {},
      '0_Transformer/tokenizer.json': {},
      '0_Transformer/config.json': { model_type: 'bert', pad_token_id: 3 },
      '0_Transformer/sentence_bert_config.json': { max_seq_length: 99 },
      '0_Transformer/onnx/model.onnx': '',
    });
    expect(await openModelFolder(path)).toMatchObject({
      onnxPath: join(path, '0_Transformer/onnx/model.onnx'),
      tokenizerPath: join(path, '0_Transformer/tokenizer.json'),
      ...{ maxTokens: 99, padTokenId: 3, architecture: 'bert' },
    });
  });
});

describe('openModelFolder: a folder without modules', () => {
  const open = (files: Readonly<Record<string, unknown>>, options = {}) =>
    openModelFolder(folder({ ...minimal, ...files }), options);

  test('has the pooling of its 1_Pooling', async () => {
    const files = await open({ '1_Pooling/config.json': { pooling_mode: 'cls' } });
    expect(files).toMatchObject({ head: { pooling: ['cls'] }, headSource: { kind: 'folder' } });
  });

  test.each([
    ['_name_or_path', { 'config.json': { _name_or_path: 'BAAI/bge-small-en-v1.5' } }, 'cls'],
    ['the base of its model card', { 'README.md': '---\nbase_model: BAAI/bge-base-zh\n---\n# x' }, 'cls'],
    ['a list of bases', { 'README.md': '---\nbase_model:\n- intfloat/e5-small-v2\ntags: []\n---\n' }, 'mean'],
    ['its results', { 'README.md': '---\nmodel-index:\n- name: snowflake-arctic-embed-xs\n---\n' }, 'cls'],
  ])('is recognised by %s', async (_, files, mode) => {
    const { head, headSource } = await open(files);
    expect([head.pooling, headSource?.kind]).toEqual([[mode], 'known']);
  });

  test('is recognised by its own name, also in the cache of the hub', async () => {
    const root = folder({
      'multi-qa-mpnet-base-dot-v1/tokenizer.json': {},
      'multi-qa-mpnet-base-dot-v1/model.onnx': '',
      'models--BAAI--bge-m3/snapshots/5617a9f/tokenizer.json': {},
      'models--BAAI--bge-m3/snapshots/5617a9f/model.onnx': '',
    });
    const dot = await openModelFolder(join(root, 'multi-qa-mpnet-base-dot-v1'));
    expect(dot.head).toMatchObject({ pooling: ['cls'], normalize: false });
    const cached = await openModelFolder(join(root, 'models--BAAI--bge-m3/snapshots/5617a9f'));
    expect(cached.head).toMatchObject({ pooling: ['cls'], normalize: true });
  });

  test('gets prompts and limit of a known model, too', async () => {
    const files = await open({ 'config.json': { _name_or_path: 'intfloat/e5-base', max_position_embeddings: 514 } });
    expect(files).toMatchObject({ prompts: { query: 'query: ', passage: 'passage: ' }, maxTokens: 512 });
    expect(files.defaultPrompt).toBeUndefined();
  });

  test('is assumed to take the mean where nothing is known, and says so', async () => {
    expect((await open({})).headSource?.kind).toBe('assumed');
    const reranker = await open({ 'config.json': { _name_or_path: 'BAAI/bge-reranker-base' } });
    expect(reranker.headSource?.kind).toBe('assumed');
  });

  test('takes the head of its original rather than to assume one', async () => {
    const like = await open({ '1_Pooling/config.json': { pooling_mode: 'cls' } });
    const candidate = await open({}, { like });
    expect(candidate).toMatchObject({ head: { pooling: ['cls'] }, headSource: { kind: 'original' } });
  });

  test('is run as the caller says', async () => {
    const files = await open({}, { pooling: 'lasttoken', normalize: false, maxTokens: 64, output: 'x' });
    expect(files).toMatchObject({
      head: { pooling: ['lasttoken'], normalize: false },
      headSource: { kind: 'option' },
      ...{ maxTokens: 64, output: 'x' },
    });
  });

  test.each([
    [{ pooling: 'median' }, /pooling.*cls, max, mean/],
    [{ normalize: 'yes' }, /normalize/],
    [{ maxTokens: 0 }, /maxTokens/],
    [{ maxTokens: 513 }, /positions for 512/],
    [{ output: 5 }, /output/],
    [{ poolng: 'cls' }, /poolng.*pooling/],
  ])('refuses %j', async (options, message) => {
    const opened = open({ 'config.json': { max_position_embeddings: 512 } }, options);
    await expect(opened).rejects.toMatchObject({ code: 'USAGE', message: expect.stringMatching(message) });
  });
});

describe('openModelFolder: texts', () => {
  const limitOf = async (files: Readonly<Record<string, unknown>>) =>
    (await openModelFolder(folder({ ...minimal, ...files }))).maxTokens;

  test.each([
    [256, { 'sentence_bert_config.json': { max_seq_length: 256 }, 'tokenizer_config.json': { model_max_length: 512 } }],
    [128, { 'sentence_roberta_config.json': { max_seq_length: 128 } }],
    [384, { 'tokenizer_config.json': { model_max_length: 384 }, 'config.json': { max_position_embeddings: 512 } }],
    [512, { 'tokenizer_config.json': { model_max_length: 1e30 }, 'config.json': { max_position_embeddings: 512 } }],
    [512, { 'config.json': { model_type: 'xlm-roberta', max_position_embeddings: 514 } }],
    [100, { 'sentence_bert_config.json': { max_seq_length: null }, 'config.json': { max_position_embeddings: 100 } }],
    [512, {}],
    [512, { 'config.json': { max_position_embeddings: -1, pad_token_id: -1 } }],
    [
      512,
      {
        'sentence_bert_config.json': { max_seq_length: 514 },
        'config.json': { model_type: 'roberta', max_position_embeddings: 514 },
      },
    ],
    [
      8192,
      {
        'sentence_bert_config.json': { max_seq_length: 8192 },
        'config.json': { model_type: 'nomic_bert', max_position_embeddings: 2048, rotary_emb_base: 1000 },
      },
    ],
  ])('may have %i tokens', async (limit, files) => {
    expect(await limitOf(files)).toBe(limit);
  });

  test('have prompts', async () => {
    const path = folder({
      ...minimal,
      'config_sentence_transformers.json': { prompts: { query: 'query: ' }, default_prompt_name: 'query' },
    });
    expect(await openModelFolder(path)).toMatchObject({ prompts: { query: 'query: ' }, defaultPrompt: 'query' });
    const none = folder({
      ...minimal,
      'config_sentence_transformers.json': { prompts: null, default_prompt_name: null },
    });
    expect((await openModelFolder(none)).prompts).toEqual({});
    const wrong = folder({ ...minimal, 'config_sentence_transformers.json': { default_prompt_name: 'query' } });
    await expect(openModelFolder(wrong)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });

  test('are lower-cased and padded as the files say', async () => {
    const path = folder({
      ...minimal,
      'sentence_bert_config.json': { max_seq_length: 8, do_lower_case: true },
      'config.json': { pad_token_id: 1 },
    });
    expect(await openModelFolder(path)).toMatchObject({ lowerCase: true, padTokenId: 1 });
    const none = folder({ ...minimal, 'config.json': { pad_token_id: -1 } });
    expect((await openModelFolder(none)).padTokenId).toBe(0);
  });

  test.each([
    [false, 'bert', { do_lower_case: false, tokenizer_class: 'BertTokenizer' }],
    [true, 'mpnet', { do_lower_case: true }],
    [undefined, 'bert', {}],
    [undefined, 'roberta', { do_lower_case: false }],
    [undefined, 'bert', { do_lower_case: false, tokenizer_class: 'PreTrainedTokenizerFast' }],
  ])('are lower-cased by the tokenizer: %s (%s, %j)', async (lowerCase, architecture, config) => {
    const path = folder({
      ...minimal,
      'tokenizer_config.json': config,
      'config.json': { model_type: architecture },
    });
    expect((await openModelFolder(path)).tokenizerLowerCase).toBe(lowerCase);
  });
});
