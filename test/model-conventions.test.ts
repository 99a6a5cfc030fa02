import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Embedder, type EmbedderOptions } from 'octavec';
import { afterAll, describe, expect, test } from 'vitest';
import { encodeModel, int64Tensor, makeNode, type OnnxModel, readModel } from '#rooms/onnx';
import { quantize, verify } from '#rooms/pipeline';
import { makeTinyFolder } from './support/tiny-folder.js';

const root = mkdtempSync(join(tmpdir(), 'octavec-conventions-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let folders = 0;

/** A tiny BERT in a folder of its own, with other files and perhaps another graph. */
async function tinyBert(
  files: Readonly<Record<string, unknown>> = {},
  change: (model: OnnxModel) => OnnxModel = (model) => model,
): Promise<string> {
  const folder = join(root, `model-${folders++}`);
  const path = makeTinyFolder(folder, 'bert');
  // These tests are about what a folder does not say.
  rmSync(join(folder, 'modules.json'));
  rmSync(join(folder, '1_Pooling'), { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), JSON.stringify(content));
  }
  writeFileSync(path, Buffer.concat(encodeModel(change(await readModel(path)).proto)));
  return folder;
}

const withInputs = (dims: readonly (number | string)[]) => (model: OnnxModel) => {
  const { graph } = model.proto;
  const dim = dims.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size }));
  const input = graph.input.map((value) => ({
    ...value,
    type: { ...value.type, tensorType: { ...value.type?.tensorType, shape: { dim } } },
  }));
  return { ...model, proto: { ...model.proto, graph: { ...graph, input } } };
};

const texts = ['a cat', 'the quick brown fox jumps', 'x', 'where is my order?', '42'];

async function vectorsOf(folder: string, options: EmbedderOptions = {}, given: readonly string[] = texts) {
  const notes: string[] = [];
  let line = '';
  await using embedder = await Embedder.load(folder, {
    workers: 1,
    threads: 1,
    onNote: (note) => notes.push(note),
    onReady: (ready) => {
      line = ready;
    },
    ...options,
  });
  const { data } = await embedder.embed(given);
  return { data, notes, line, maxTokens: embedder.maxTokens, engine: embedder.engine };
}

function difference(a: Float32Array, b: Float32Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((worst, x, i) => Math.max(worst, Math.abs(x - b[i])), 0);
}

describe('a model whose inputs have fixed sizes', () => {
  test.each([
    [[1, 32], 32, /texts padded to 32 tokens; one text at a time/],
    [[1, 's'], 128, /one text at a time/],
    [['b', 32], 32, /texts padded to 32 tokens$/],
    [[3, 32], 32, /3 texts at a time/],
  ])('%j gives the same vectors', async (dims, maxTokens, line) => {
    const free = await vectorsOf(await tinyBert());
    const fixed = await vectorsOf(await tinyBert({}, withInputs(dims)));
    expect(difference(fixed.data, free.data)).toBeLessThan(1e-5);
    expect(fixed.line).toMatch(line);
    expect(fixed.maxTokens).toBe(maxTokens);
  });

  test('cuts longer texts where its inputs end, special tokens kept', async () => {
    const long = ['abcdefghij'.repeat(6)];
    const fixed = await vectorsOf(await tinyBert({}, withInputs([1, 16])), {}, long);
    const cut = await vectorsOf(await tinyBert(), { maxTokens: 16 }, long);
    expect(difference(fixed.data, cut.data)).toBeLessThan(1e-5);
  });

  test('is quantized and proven', async () => {
    const folder = await tinyBert({}, withInputs([1, 32]));
    const proof = { texts: [...texts, 'one more', 'and another one'], source: 'own' };
    const { variants } = await quantize(folder, { to: ['int8'], texts: proof, calibration: proof, threads: 1 });
    expect(variants[0].evidence.fidelity.cosine.mean).toBeGreaterThan(0.99);
  });
});

test.each(['onnxruntime', 'auto'] as const)(
  'a model without a mask takes no padding for words (%s)',
  async (engine) => {
    const withoutMask = (model: OnnxModel): OnnxModel => {
      const { graph } = model.proto;
      const ones = [
        makeNode('Shape', ['input_ids'], ['ids_shape']),
        makeNode('ConstantOfShape', ['ids_shape'], ['attention_mask'], {
          attributes: { value: { tensor: int64Tensor('', [1], [1]) } },
        }),
      ];
      const input = graph.input.filter(({ name }) => name !== 'attention_mask');
      return { ...model, proto: { ...model.proto, graph: { ...graph, input, node: [...ones, ...graph.node] } } };
    };
    const whole = await vectorsOf(await tinyBert(), { engine: 'onnxruntime' });
    const unmasked = await vectorsOf(await tinyBert({}, withoutMask), { engine });
    expect(difference(unmasked.data, whole.data)).toBeLessThan(engine === 'auto' ? 0.02 : 1e-5);
  },
);

describe('pooling', () => {
  test('that nothing says is assumed, with a note', async () => {
    const { notes, line } = await vectorsOf(await tinyBert());
    expect(notes).toEqual([expect.stringMatching(/mean pooling, scaled to length 1, is assumed/)]);
    expect(line).toMatch(/; mean pooling assumed/);
  });

  test('of a known model is used, without a note', async () => {
    const config = JSON.parse(readFileSync('test/fixtures/tiny/bert/config.json', 'utf8'));
    const known = await tinyBert({ 'config.json': { ...config, _name_or_path: 'BAAI/bge-small-en-v1.5' } });
    const { data, notes, line } = await vectorsOf(known);
    const asked = await vectorsOf(await tinyBert(), { pooling: 'cls' });
    expect(difference(data, asked.data)).toBe(0);
    expect([notes, asked.notes]).toEqual([[], []]);
    expect(line).toMatch(/cls pooling as BGE has it/);
    expect(difference(data, (await vectorsOf(await tinyBert())).data)).toBeGreaterThan(0.01);
  });

  test('is normalised or not as asked', async () => {
    const { data } = await vectorsOf(await tinyBert(), { normalize: false });
    const length = Math.hypot(...data.subarray(0, 64));
    expect(Math.abs(length - 1)).toBeGreaterThan(0.1);
  });
});

describe('options', () => {
  test.each([
    ['Embedder.load', { poolling: 'cls' }, /no option "poolling". Did you mean pooling\?/],
    ['Embedder.load', { pool: 4 }, /no option "pool"/],
    ['Embedder.load', null, /The options are null/],
  ])('of %s that nobody knows are refused: %j', async (_, options, message) => {
    const loading = Embedder.load(await tinyBert(), options as never);
    await expect(loading).rejects.toMatchObject({ code: 'USAGE', message: expect.stringMatching(message) });
  });

  test('of its methods, too', async () => {
    await using embedder = await Embedder.load(await tinyBert());
    const wrong = { promtName: 'query' } as never;
    const usage = { code: 'USAGE', message: expect.stringMatching(/Did you mean promptName\?/) };
    await expect(embedder.embed(texts, wrong)).rejects.toMatchObject(usage);
    await expect(embedder.tokenize(texts, wrong)).rejects.toMatchObject(usage);
    expect(() => embedder.stream(texts, wrong)).toThrow(expect.objectContaining(usage));
  });
});

describe('do_lower_case of tokenizer_config.json', () => {
  test('counts more than what tokenizer.json says', async () => {
    const folder = await tinyBert();
    const path = join(folder, 'tokenizer.json');
    const tokenizer = JSON.parse(readFileSync(path, 'utf8'));
    const normalizer = {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
      lowercase: true,
    };
    writeFileSync(path, JSON.stringify({ ...tokenizer, normalizer }));
    const idsOf = async (config: object) => {
      writeFileSync(join(folder, 'tokenizer_config.json'), JSON.stringify(config));
      await using embedder = await Embedder.load(folder);
      return Array.from((await embedder.tokenize(['aB'])).ids);
    };
    const [lower, unknown] = [4, 1];
    expect(await idsOf({})).toEqual([2, lower, lower + 1, 3]);
    expect(await idsOf({ do_lower_case: true })).toEqual([2, lower, lower + 1, 3]);
    expect(await idsOf({ do_lower_case: false })).toEqual([2, lower, unknown, 3]);
  });
});

test('a model that gives the same vector for every text is never proven', async () => {
  const constant = (model: OnnxModel): OnnxModel => {
    const { graph } = model.proto;
    const [{ name }] = graph.output;
    const made = (output: string) => graph.node.find((node) => node.output.includes(output));
    const zero = graph.node.map((node) =>
      node === made(name ?? '') ? { ...node, output: node.output.map((out) => (out === name ? 'states' : out)) } : node,
    );
    const sub = { opType: 'Sub', input: ['states', 'states'], output: ['zeros'] };
    const exp = { opType: 'Exp', input: ['zeros'], output: [name ?? ''] };
    const node = [
      ...zero,
      ...[sub, exp].map((each) => ({ ...graph.node[0], attribute: [], name: each.opType, domain: '', ...each })),
    ];
    return { ...model, proto: { ...model.proto, graph: { ...graph, node } } };
  };
  const folder = await tinyBert({}, constant);
  const some = { texts, source: 'some' };
  await expect(verify(folder, { against: folder, threads: 1, texts: some })).rejects.toMatchObject({
    code: 'NOT_COMPARABLE',
  });
});
