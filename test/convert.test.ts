import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { convert } from '#rooms/convert';
import { Embedder } from '#rooms/embed';
import { loadOnnxRuntimeEngine } from '#rooms/engine';
import { readModel } from '#rooms/onnx';
import {
  asBfloat16,
  asFloat16,
  type RawTensor,
  type RawTensors,
  readRawTensors,
  writeRawTensors,
} from './support/rewrite-weights.js';
import { letterTokenizer } from './support/tiny-folder.js';
import { tinyModel } from './support/tiny-models.js';

const root = fileURLToPath(new URL('./fixtures/tiny', import.meta.url));
const fixtures = fileURLToPath(new URL('./fixtures', import.meta.url));
const architectures = readdirSync(root);

/** The weights and configuration of a tiny model, in a folder of their own. */
function weightsOf(architecture: string, { golden = false } = {}): string {
  const folder = mkdtempSync(join(tmpdir(), `octavec-convert-${architecture}-`));
  for (const file of ['config.json', 'model.safetensors', ...(golden ? ['expected.json'] : [])]) {
    cpSync(join(root, architecture, file), join(folder, file));
  }
  return folder;
}

function changeTensors(folder: string, change: (tensors: RawTensors) => RawTensors): string {
  const path = join(folder, 'model.safetensors');
  writeRawTensors(path, change(readRawTensors(path)));
  return folder;
}

function changeConfig(folder: string, change: Readonly<Record<string, unknown>>): string {
  const path = join(folder, 'config.json');
  writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), ...change }));
  return folder;
}

function renamed(tensors: RawTensors, rename: (name: string) => string): RawTensors {
  return new Map([...tensors].map(([name, tensor]) => [rename(name), tensor]));
}

test('a file may have any name, as that of the view that the proof maps', async () => {
  const folder = weightsOf('bert');
  const usual = await convert(folder);
  const output = join(folder, 'mapped.onnx');
  expect(await convert(folder, { output })).toMatchObject({ onnxPath: output, bytes: usual.bytes });
  expect(readFileSync(output).equals(readFileSync(usual.onnxPath))).toBe(true);
});

describe.each(architectures)('%s', (architecture) => {
  let usual: Awaited<ReturnType<typeof convert>>;
  beforeAll(async () => {
    usual = await convert(weightsOf(architecture, { golden: true }));
  });

  test('gives what transformers gives', () => {
    const { proof } = usual;
    expect(proof).toMatchObject({ reference: 'golden', texts: 4, tokens: 34 });
    expect(proof.largestDifference).toBeLessThan(2e-5);
  });

  test('gives what its weights give, in texts longer than its windows', async () => {
    const { proof } = await convert(weightsOf(architecture));
    expect(proof.reference).toBe('weights');
    expect(proof.largestDifference).toBeLessThan(2e-5);
  });

  test('gives what the file of an exporter gives', async () => {
    const against = join(root, architecture, 'onnx', 'model_dynamo.onnx');
    const { proof, onnxPath } = await convert(weightsOf(architecture), { against });
    expect(proof.reference).toBe('onnx');
    expect(proof.largestDifference).toBeLessThan(2e-5);
    expect(JSON.parse(readFileSync(onnxPath.replace('.onnx', '.conversion.json'), 'utf8')).proof).toEqual(proof);
  });

  test('gives nearly the same with weights in half precision', async () => {
    const folder = weightsOf(architecture, { golden: true });
    const { onnxPath, bytes, dtype, proof } = await convert(folder, { dtype: 'fp16' });
    expect(onnxPath).toBe(join(folder, 'onnx', 'model_fp16.onnx'));
    expect(dtype).toBe('fp16');
    // Tables of angles and the graph itself are a good part of a tiny file.
    expect(bytes / usual.bytes).toBeLessThan(0.7);
    expect(proof.cosine).toBeGreaterThan(0.999998);
    expect(proof.cosine).toBeLessThan(usual.proof.cosine);
  });

  test('gives the same for texts of any length, alone and padded', async () => {
    const { onnxPath, maxTokens } = usual;
    const { padTokenId, head } = tinyModel(architecture);
    const engine = await loadOnnxRuntimeEngine({ onnxPath, padTokenId, head }, { threads: 1 });
    const peer = await loadOnnxRuntimeEngine(
      { onnxPath: join(root, architecture, 'onnx', 'model_dynamo.onnx'), padTokenId, head },
      { threads: 1 },
    );
    try {
      for (const length of [1, 2, 17, maxTokens]) {
        const ids = Int32Array.from({ length: length + 1 }, (_, i) => 5 + ((i * 37) % 500));
        const batch = { ids, offsets: Int32Array.of(0, 1, length + 1) };
        const [found, expected] = [await engine.hiddenStates(batch), await peer.hiddenStates(batch)];
        const worst = found.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i])), 0);
        expect(worst).toBeLessThan(1e-4);
      }
    } finally {
      await engine.close();
      await peer.close();
    }
  });
});

describe('weights', () => {
  const golden = async (folder: string) => (await convert(folder)).proof.largestDifference;

  test.each([
    ['a prefix', (name: string) => `bert.${name}`],
    ['the prefix of sentence-transformers', (name: string) => `0.auto_model.${name}`],
    [
      'the names of old norms',
      (name: string) => name.replace('LayerNorm.weight', 'LayerNorm.gamma').replace('LayerNorm.bias', 'LayerNorm.beta'),
    ],
  ])('are found behind %s', async (_, rename) => {
    const folder = changeTensors(weightsOf('bert', { golden: true }), (tensors) => renamed(tensors, rename));
    expect(await golden(folder)).toBeLessThan(2e-5);
  });

  test('may be shards with an index', async () => {
    const folder = weightsOf('bert', { golden: true });
    const tensors = [...readRawTensors(join(folder, 'model.safetensors'))];
    const half = Math.floor(tensors.length / 2);
    const shards = {
      'model-00001-of-00002.safetensors': tensors.slice(0, half),
      'model-00002-of-00002.safetensors': tensors.slice(half),
    };
    const map = Object.entries(shards).flatMap(([file, part]) => {
      writeRawTensors(join(folder, file), new Map(part));
      return part.map(([name]) => [name, file]);
    });
    rmSync(join(folder, 'model.safetensors'));
    writeFileSync(
      join(folder, 'model.safetensors.index.json'),
      JSON.stringify({ weight_map: Object.fromEntries(map) }),
    );
    expect(await golden(folder)).toBeLessThan(2e-5);
  });

  describe('of PyTorch', () => {
    const pickled = (files: readonly string[]) => {
      const folder = mkdtempSync(join(tmpdir(), 'octavec-convert-torch-'));
      cpSync(join(fixtures, 'rerank', 'bert', 'config.json'), join(folder, 'config.json'));
      for (const file of files) {
        cpSync(join(fixtures, 'torch', 'bert.bin'), join(folder, file));
      }
      return folder;
    };

    test('are read without running them', async () => {
      const { gives, proof } = await convert(pickled(['pytorch_model.bin']));
      expect(gives).toBe('scores');
      expect(proof.largestDifference).toBeLessThan(1e-5);
    });

    test('may be shards, and give the same file as safetensors', async () => {
      const folder = pickled(['pytorch_model-00001-of-00002.bin', 'pytorch_model-00002-of-00002.bin']);
      const names = [...readRawTensors(join(fixtures, 'rerank', 'bert', 'model.safetensors')).keys()];
      const map = Object.fromEntries(names.map((name, i) => [name, `pytorch_model-0000${1 + (i % 2)}-of-00002.bin`]));
      writeFileSync(join(folder, 'pytorch_model.bin.index.json'), JSON.stringify({ weight_map: map }));
      const { onnxPath, bytes } = await convert(folder);
      rmSync(join(folder, 'pytorch_model.bin.index.json'));
      cpSync(join(fixtures, 'rerank', 'bert', 'model.safetensors'), join(folder, 'model.safetensors'));
      const other = await convert(folder, { output: join(folder, 'other.onnx') });
      const graphOf = async (path: string) => (await readModel(path)).proto.graph;
      expect(await graphOf(onnxPath)).toEqual(await graphOf(other.onnxPath));
      expect(bytes).toBeGreaterThan(100_000);
    });
  });

  test('in BF16 are widened exactly', async () => {
    const folder = changeTensors(
      weightsOf('bert'),
      (tensors) => new Map([...tensors].map(([name, tensor]) => [name, asBfloat16(tensor)])),
    );
    const { proof, onnxPath } = await convert(folder);
    expect(proof.largestDifference).toBeLessThan(2e-5);
    const model = await readModel(onnxPath);
    const words = model.proto.graph.initializer.find(({ name }) => name === 'embeddings.word_embeddings.weight');
    const stored = readRawTensors(join(folder, 'model.safetensors')).get(
      'embeddings.word_embeddings.weight',
    ) as RawTensor;
    const halves = new Uint16Array(stored.data.buffer, stored.data.byteOffset, stored.data.length / 2);
    const { rawData = new Uint8Array() } = words ?? {};
    expect(new Uint32Array(Uint8Array.from(rawData).buffer)).toEqual(Uint32Array.from(halves, (half) => half << 16));
  });

  test('in F16 are stored as they are with dtype fp16', async () => {
    const folder = changeTensors(
      weightsOf('bert'),
      (tensors) => new Map([...tensors].map(([name, tensor]) => [name, asFloat16(tensor)])),
    );
    const { proof } = await convert(folder, { dtype: 'fp16' });
    expect(proof.largestDifference).toBeLessThan(2e-5);
  });

  test('beyond half precision are refused with dtype fp16', async () => {
    const name = 'encoder.layer.1.output.dense.weight';
    const folder = changeTensors(weightsOf('bert'), (tensors) => {
      const tensor = tensors.get(name) as RawTensor;
      const data = Uint8Array.from(tensor.data);
      new DataView(data.buffer).setFloat32(40, 70_000, true);
      return new Map([...tensors, [name, { ...tensor, data }]]);
    });
    await expect(convert(folder, { dtype: 'fp16' })).rejects.toMatchObject({
      code: 'WEIGHTS_INVALID',
      message: expect.stringContaining(name),
    });
    expect(readdirSync(folder)).not.toContain('onnx');
  });

  test('that embeddings do not need are left out and named', async () => {
    const extra: RawTensor = { dtype: 'F32', shape: [1], data: new Uint8Array(4) };
    const folder = changeTensors(
      weightsOf('bert'),
      (tensors) =>
        new Map([
          ...renamed(tensors, (name) => `bert.${name}`),
          ['cls.predictions.bias', extra],
          ['bert.pooler.dense.bias', extra],
        ]),
    );
    expect((await convert(folder)).unused).toEqual(['cls.predictions.bias', 'bert.pooler.dense.bias']);
  });
});

describe('a folder', () => {
  test('gets the tokenizer.json that it lacks', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'octavec-convert-tokenizer-'));
    cpSync(join(fixtures, 'rerank', 'bert'), folder, { recursive: true });
    rmSync(join(folder, 'tokenizer.json'));
    cpSync(join(fixtures, 'tokenizers', 'bert-uncased', 'vocab.txt'), join(folder, 'vocab.txt'));
    const output = join(folder, 'converted');
    await convert(folder, { output });
    const { model } = JSON.parse(readFileSync(join(output, 'tokenizer.json'), 'utf8'));
    expect(model.vocab['[CLS]']).toBe(2);
    expect(existsSync(join(folder, 'tokenizer.json'))).toBe(false);
  });

  test('may have its encoder in a folder of its own', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'octavec-convert-modules-'));
    const modules = [
      { idx: 0, name: '0', path: '0_Transformer', type: 'sentence_transformers.models.Transformer' },
      { idx: 1, name: '1', path: '1_Pooling', type: 'sentence_transformers.models.Pooling' },
    ];
    cpSync(weightsOf('bert'), join(folder, '0_Transformer'), { recursive: true });
    mkdirSync(join(folder, '1_Pooling'));
    writeFileSync(join(folder, '1_Pooling', 'config.json'), JSON.stringify({ pooling_mode_cls_token: true }));
    writeFileSync(join(folder, 'modules.json'), JSON.stringify(modules));
    writeFileSync(join(folder, '0_Transformer', 'tokenizer.json'), letterTokenizer());
    const output = join(folder, 'converted');
    const { onnxPath } = await convert(folder, { output });
    expect(onnxPath).toBe(join(output, 'onnx', 'model.onnx'));
    expect(readdirSync(join(output, '0_Transformer')).sort()).toEqual(['config.json', 'tokenizer.json']);
    await using embedder = await Embedder.load(output, { threads: 1 });
    expect(embedder.model.head.pooling).toEqual(['cls', 'mean']);
  });

  test('without an ONNX file is converted when it is loaded, once, and said once', async () => {
    const folder = weightsOf('bert');
    writeFileSync(join(folder, 'tokenizer.json'), letterTokenizer());
    const notes: string[] = [];
    const load = () => Embedder.load(folder, { threads: 1, pooling: 'mean', onNote: (note) => notes.push(note) });
    await using first = await load();
    await using second = await load();
    expect((await first.embed(['a']))[0]).toEqual((await second.embed(['a']))[0]);
    expect(notes.filter((note) => note.includes('was converted'))).toHaveLength(1);
    expect(existsSync(join(folder, 'onnx'))).toBe(false);
    await expect(Embedder.load(folder, { variant: 'int8' })).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
  });
});

test.each([
  ['mean', 'pooling_mode_mean_tokens'],
  ['cls', 'pooling_mode_cls_token'],
  ['max', 'pooling_mode_max_tokens'],
  ['the mean by the root of the length', 'pooling_mode_mean_sqrt_len_tokens'],
  ['the weighted mean', 'pooling_mode_weightedmean_tokens'],
  ['the last token', 'pooling_mode_lasttoken'],
])('the head may be in the graph: %s, a dense layer, scaled to length 1', async (_, mode) => {
  const folder = weightsOf('bert');
  const kinds = ['Transformer', 'Pooling', 'Dense', 'Normalize'];
  const modules = kinds.map((kind, idx) => ({
    ...{ idx, name: `${idx}`, path: idx === 0 ? '' : `${idx}_${kind}` },
    type: `sentence_transformers.models.${kind}`,
  }));
  writeFileSync(join(folder, 'modules.json'), JSON.stringify(modules));
  mkdirSync(join(folder, '1_Pooling'));
  writeFileSync(
    join(folder, '1_Pooling', 'config.json'),
    JSON.stringify({ pooling_mode_mean_tokens: false, [mode]: true }),
  );
  mkdirSync(join(folder, '2_Dense'));
  writeFileSync(join(folder, '2_Dense', 'config.json'), JSON.stringify({ in_features: 64, out_features: 3 }));
  const weight = new Uint8Array(Float32Array.from({ length: 192 }, (_, i) => Math.sin(i)).buffer);
  const bias = new Uint8Array(Float32Array.of(0.1, 0.2, 0.3).buffer);
  const tensors: RawTensors = new Map([
    ['linear.weight', { dtype: 'F32', shape: [3, 64], data: weight }],
    ['linear.bias', { dtype: 'F32', shape: [3], data: bias }],
  ]);
  writeRawTensors(join(folder, '2_Dense', 'model.safetensors'), tensors);
  writeFileSync(join(folder, 'tokenizer.json'), letterTokenizer());
  // Each text's vector is held against octavec's own pooling when it is converted; a fault there is refused.
  const { gives, onnxPath } = await convert(folder, { withHead: true });
  expect(gives).toBe('vectors');
  await using embedder = await Embedder.load(folder, { threads: 1 });
  expect(embedder.engine.output).toMatchObject({ name: 'sentence_embedding', gives: 'vectors' });
  expect(embedder.width).toBe(3);
  const { graph } = (await readModel(onnxPath)).proto;
  expect(graph.output.map(({ name }) => name)).toEqual(['last_hidden_state', 'sentence_embedding']);
});

/** A folder of fixtures, to convert in. */
function copyOf(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `octavec-convert-${name}-`));
  cpSync(join(fixtures, 'convert', name), folder, { recursive: true });
  return folder;
}

/** Heads wider than their share of the width, windows in other periods, causal Gemma 3, and heads that score. */
test.each([
  ['qwen3-wide-heads', 'hidden states'],
  ['gemma3-period', 'hidden states'],
  ['gemma3-causal', 'hidden states'],
  ['modernbert-period', 'hidden states'],
  ['qwen3-left-padded', 'hidden states'],
  ['xlm-roberta-left-padded', 'hidden states'],
  ['gte-ntk', 'hidden states'],
  ['modernbert-reranker', 'scores'],
  ['modernbert-reranker-cls', 'scores'],
  ['gte-reranker', 'scores'],
  ['mpnet-reranker', 'scores'],
  ['distilbert-reranker', 'scores'],
])('%s gives what transformers gives', async (name, gives) => {
  const folder = copyOf(name);
  const golden = await convert(folder);
  expect(golden).toMatchObject({ gives, proof: { reference: 'golden', texts: 4, tokens: 50 } });
  expect(golden.proof.largestDifference).toBeLessThan(2e-5);
  rmSync(join(folder, 'expected.json'));
  const { proof } = await convert(folder);
  expect(proof.reference).toBe('weights');
  expect(proof.largestDifference).toBeLessThan(2e-5);
});

/** Scores depend on every token of a text. The reference of octavec's own would take minutes. */
test.each(['gte-reranker-long', 'modernbert-reranker-long'])('%s gives what transformers gives', async (name) => {
  const { proof } = await convert(copyOf(name));
  expect(proof).toMatchObject({ reference: 'golden', texts: 2, tokens: 3700 });
  expect(proof.largestDifference).toBeLessThan(1e-4);
});

test('a router of sentence-transformers is refused, whoever opens it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'octavec-convert-router-'));
  const type = 'sentence_transformers.base.modules.router.Router';
  writeFileSync(join(folder, 'modules.json'), JSON.stringify([{ idx: 0, name: '0', path: '', type }]));
  cpSync(weightsOf('bert'), join(folder, 'document_0_Transformer'), { recursive: true });
  const error = { code: 'MODEL_UNSUPPORTED', message: expect.stringMatching(/Router.*queries and documents/) };
  await expect(convert(folder)).rejects.toMatchObject(error);
  await expect(Embedder.load(folder)).rejects.toMatchObject(error);
});

test('a cross-encoder of ModernBERT that pools in another way is refused', async () => {
  const folder = changeConfig(copyOf('modernbert-reranker'), { classifier_pooling: 'max' });
  await expect(convert(folder)).rejects.toMatchObject({
    code: 'MODEL_UNSUPPORTED',
    message: expect.stringContaining('classifier_pooling'),
  });
});

describe('GTE', () => {
  const gteFolder = () => {
    const folder = mkdtempSync(join(tmpdir(), 'octavec-convert-gte-'));
    cpSync(fileURLToPath(new URL('./fixtures/convert/gte', import.meta.url)), folder, { recursive: true });
    return folder;
  };

  test('gives what transformers gives', async () => {
    const { proof } = await convert(gteFolder());
    expect(proof.reference).toBe('golden');
    expect(proof.largestDifference).toBeLessThan(1e-5 * proof.largestValue);
  });

  test('gives the same by the names that transformers has in memory', async () => {
    const folder = changeTensors(gteFolder(), (tensors) => new Map([...tensors].flatMap(splitGte)));
    const { proof } = await convert(folder);
    expect(proof.reference).toBe('golden');
    expect(proof.largestDifference).toBeLessThan(1e-5 * proof.largestValue);
  });

  function splitGte([name, tensor]: [string, RawTensor]): [string, RawTensor][] {
    const fused: Readonly<Record<string, readonly string[]>> = {
      'attention.qkv_proj': ['self_attn.q_proj', 'self_attn.k_proj', 'self_attn.v_proj'],
      'mlp.up_gate_proj': ['mlp.up_proj', 'mlp.gate_proj'],
      'attention.o_proj': ['self_attn.o_proj'],
      attn_ln: ['post_attention_layernorm'],
      mlp_ln: ['post_mlp_layernorm'],
    };
    const renamedLayer = name.replace('encoder.layer.', 'layers.');
    const old = Object.keys(fused).find((each) => name.includes(`.${each}.`));
    if (old === undefined) {
      return [[renamedLayer, tensor]];
    }
    const parts = fused[old];
    const size = tensor.data.length / parts.length;
    return parts.map((part, i) => [
      renamedLayer.replace(old, part),
      {
        dtype: tensor.dtype,
        shape: [tensor.shape[0] / parts.length, ...tensor.shape.slice(1)],
        data: tensor.data.subarray(i * size, (i + 1) * size),
      },
    ]);
  }
});

describe('JinaBERT', () => {
  const names = ['jina', 'jina-qk-norm', 'jina-twelve-heads', 'jina-reranker'];
  test.each(names)(
    '%s gives what its code gives, with token types and heads that are no power of two',
    async (name) => {
      const folder = mkdtempSync(join(tmpdir(), 'octavec-convert-jina-'));
      cpSync(join(fixtures, 'convert', name), folder, { recursive: true });
      const { architecture, proof } = await convert(folder);
      expect({ architecture, reference: proof.reference }).toEqual({ architecture: 'JinaBERT', reference: 'golden' });
      expect(proof.largestDifference).toBeLessThan(2e-5);
      // The reference of octavec's own must agree, too.
      rmSync(join(folder, 'expected.json'));
      expect((await convert(folder)).proof.largestDifference).toBeLessThan(2e-5);
    },
  );
});

describe('bad input', () => {
  const without = (name: string) => (tensors: RawTensors) => new Map([...tensors].filter(([each]) => each !== name));
  const extra: RawTensor = { dtype: 'F32', shape: [1], data: new Uint8Array(4) };

  test.each<[string, () => string, string, string]>([
    [
      'an architecture that is not known',
      () => changeConfig(weightsOf('bert'), { model_type: 'electra' }),
      'ARCHITECTURE_UNKNOWN',
      'nearest that it knows is BERT',
    ],
    [
      'a missing tensor',
      () => changeTensors(weightsOf('bert'), without('encoder.layer.1.output.dense.bias')),
      'WEIGHTS_INVALID',
      '"encoder.layer.1.output.dense.bias" is missing',
    ],
    [
      'a missing layer',
      () => changeConfig(weightsOf('bert'), { num_hidden_layers: 3 }),
      'WEIGHTS_INVALID',
      'encoder.layer.2',
    ],
    [
      'layers too many',
      () => changeConfig(weightsOf('bert'), { num_hidden_layers: 1 }),
      'WEIGHTS_INVALID',
      'nothing is known of',
    ],
    ['another width', () => changeConfig(weightsOf('bert'), { hidden_size: 32 }), 'WEIGHTS_INVALID', 'does not fit'],
    [
      'heads that do not divide the width',
      () => changeConfig(weightsOf('bert'), { num_attention_heads: 7 }),
      'MODEL_UNSUPPORTED',
      '7 heads',
    ],
    [
      'a tensor that is not known',
      () => changeTensors(weightsOf('bert'), (all) => new Map([...all, ['encoder.layer.0.adapter.weight', extra]])),
      'WEIGHTS_INVALID',
      'adapter',
    ],
    [
      'an unknown activation',
      () => changeConfig(weightsOf('bert'), { hidden_act: 'mish' }),
      'MODEL_UNSUPPORTED',
      'mish',
    ],
    [
      'relative positions in BERT',
      () => changeConfig(weightsOf('bert'), { position_embedding_type: 'relative_key' }),
      'MODEL_UNSUPPORTED',
      'relative_key',
    ],
    [
      'a halved window of Gemma',
      () => changeConfig(weightsOf('gemma3-text'), { sliding_window: 257 }),
      'MODEL_UNSUPPORTED',
      '512',
    ],
    [
      'rotary positions of another type',
      () => changeConfig(weightsOf('qwen3'), { rope_parameters: { rope_type: 'yarn', rope_theta: 1e6 } }),
      'MODEL_UNSUPPORTED',
      'yarn',
    ],
  ])('%s', async (_, make, code, words) => {
    const folder = make();
    const outcome = await convert(folder).catch((error: unknown) => error as { code: string; message: string });
    expect(outcome).toMatchObject({ code });
    expect((outcome as { message: string }).message).toContain(words);
    expect(readdirSync(folder).sort()).toEqual(['config.json', 'model.safetensors']);
  });

  test('a file that does not give what its reference gives is not kept', async () => {
    const folder = changeTensors(weightsOf('bert', { golden: true }), (tensors) => {
      const name = 'encoder.layer.0.attention.self.query.weight';
      const { data, ...rest } = tensors.get(name) as RawTensor;
      return new Map([...tensors, [name, { ...rest, data: Uint8Array.from(data).fill(0, 0, 64) }]]);
    });
    await expect(convert(folder)).rejects.toMatchObject({ code: 'CONVERSION_REFUSED', exitStatus: 3 });
    expect(existsSync(join(folder, 'onnx'))).toBe(false);
  });

  test('mutations of a file give a clear error or a proven model', async () => {
    const folder = weightsOf('distilbert');
    const path = join(folder, 'model.safetensors');
    const good = readFileSync(path);
    const header = 8 + Number(good.readBigUInt64LE());
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(header - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        async (edits) => {
          const bytes = Buffer.from(good);
          for (const [index, value] of edits) {
            bytes[index] = value;
          }
          writeFileSync(path, bytes);
          const output = join(mkdtempSync(join(tmpdir(), 'octavec-fuzz-')), 'model.onnx');
          const outcome = await convert(folder, { output }).catch((error: unknown) => error);
          expect(outcome).toMatchObject(outcome instanceof Error ? { name: 'OctavecError' } : { onnxPath: output });
        },
      ),
      { numRuns: 25 },
    );
  }, 60_000);
});
