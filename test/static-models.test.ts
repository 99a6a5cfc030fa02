import { existsSync, readFileSync } from 'node:fs';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { convert, Embedder, quantize } from 'octavec';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isReranker } from '#rooms/pipeline';
import { safetensorsBytes } from '../src/files/index.js';
import { randomMatrix } from './support/random-matrix.js';

/** Made by model2vec; see golden/make-static-models.py. */
const fixtures = fileURLToPath(new URL('fixtures/static/', import.meta.url));
const golden = JSON.parse(readFileSync(new URL('golden/static-models.golden.json', import.meta.url), 'utf8')) as {
  texts: string[];
  models: Record<string, number[][]>;
};

/** model2vec rounds the vectors of half-precision tables to half precision. */
const digits = (name: string) => (name === 'float16' ? 3 : 5);

describe.each(Object.keys(golden.models))('%s', (name) => {
  let embedder: Embedder;
  beforeAll(async () => {
    embedder = await Embedder.load(join(fixtures, name));
  });
  afterAll(() => embedder.close());

  test('gives the vectors of the reference', async () => {
    expect(embedder.engine.name).toBe('static');
    const vectors = await embedder.embed(golden.texts);
    for (const [i, expected] of golden.models[name].entries()) {
      for (const [c, value] of expected.entries()) {
        expect(vectors[i][c], `${golden.texts[i].slice(0, 30)}, number ${c}`).toBeCloseTo(value, digits(name));
      }
    }
  });
});

describe('a folder of a static model', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'octavec-static-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const copyOf = async (name: string): Promise<string> => {
    const copy = await mkdtemp(join(folder, 'model-'));
    await cp(join(fixtures, name), copy, { recursive: true });
    return copy;
  };

  test.each(Object.keys(golden.models))('is no reranker, %s', async (name) => {
    expect(await isReranker(join(fixtures, name))).toBe(false);
  });

  test('has no hidden states, and says so', async () => {
    await using embedder = await Embedder.load(join(fixtures, 'float32'));
    await expect(embedder.hiddenStates(['a'])).rejects.toMatchObject({ code: 'MODEL_OUTPUT' });
  });

  test('counts texts that are cut at max_length', async () => {
    await using embedder = await Embedder.load(join(fixtures, 'not-normalized'));
    expect(embedder.maxTokens).toBe(16);
    expect((await embedder.embed(['the cat '.repeat(30), 'the cat'])).truncated).toBe(1);
  });

  test('averages windows of over-long texts when asked', async () => {
    await using embedder = await Embedder.load(join(fixtures, 'not-normalized'));
    const [vector] = await embedder.embed([`${'the '.repeat(16)}${'cat '.repeat(16)}`], {
      overLong: 'chunk',
      overlap: 0,
    });
    const [the, cat] = await embedder.embed(['the', 'cat']);
    vector.forEach((value, i) => {
      expect(value).toBeCloseTo((the[i] + cat[i]) / 2, 5);
    });
  });

  test.each(['float32', 'sentence-transformers'])('becomes INT8 rows that run, %s', async (name) => {
    const model = await copyOf(name);
    await enlarge(model);
    const texts = golden.texts.slice(0, 2);
    const { variants } = await quantize(model, {
      ...{ to: ['int8', 'fp16'], limits: { sizeReduction: 0 }, calibration: false },
      texts: { texts: ['the cat', 'a dog', 'der hund', 'quick brown fox', ...texts], source: 'a test' },
    });
    expect(variants.map(({ published }) => published)).toEqual([true, true]);
    await using original = await Embedder.load(model);
    await using int8 = await Embedder.load(model, { variant: 'int8' });
    expect(int8.engine.name).toBe('static');
    const [a, b] = [await original.embed(texts), await int8.embed(texts)];
    expect(a[1].reduce((sum, value, i) => sum + value * b[1][i], 0)).toBeGreaterThan(0.999);
  });

  test.each(Object.keys(golden.models))(
    'becomes an ONNX file that gives the same in ONNX Runtime, %s',
    async (name) => {
      const model = await copyOf(name);
      const { onnxPath, proof } = await convert(model);
      expect(proof.cosine).toBeGreaterThan(0.99999);
      await using converted = await Embedder.load(onnxPath);
      expect(converted.engine.name).toBe('static');
      await using original = await Embedder.load(model);
      const [a, b] = [await converted.embed(golden.texts), await original.embed(golden.texts)];
      expect(a.data).toEqual(b.data);
    },
  );

  test.each([
    ['no table', { 'model.safetensors': undefined }, 'MODEL_NOT_FOUND'],
    ['no tokenizer', { 'tokenizer.json': undefined }, 'TOKENIZER_MISSING'],
    ['a table that is none', { 'model.safetensors': 'web page' }, 'SAFETENSORS_INVALID'],
    ['a tokenizer that is none', { 'tokenizer.json': '[]' }, 'TOKENIZER_INVALID'],
  ])('with %s is refused', async (_, files, code) => {
    const model = await copyOf('float32');
    for (const [file, content] of Object.entries(files)) {
      await (content === undefined ? rm(join(model, file)) : writeFile(join(model, file), content));
    }
    await expect(Embedder.load(model)).rejects.toMatchObject({ code });
  });

  test('with fewer rows than the tokenizer has tokens names the token', async () => {
    const model = await copyOf('clustered');
    await cp(join(fixtures, 'float32', 'model.safetensors'), join(model, 'model.safetensors'));
    const json = JSON.parse(readFileSync(join(model, 'tokenizer.json'), 'utf8'));
    json.model.vocab.zebra = 99;
    await writeFile(join(model, 'tokenizer.json'), JSON.stringify(json));
    await using embedder = await Embedder.load(model);
    await expect(embedder.embed(['zebra'])).rejects.toMatchObject({ code: 'TOKEN_OUT_OF_RANGE' });
  });
});

/** Gives a model a table of a usual size: smaller ones are not quantized. */
async function enlarge(model: string): Promise<void> {
  const inner = join(model, '0_StaticEmbedding', 'model.safetensors');
  const path = existsSync(inner) ? inner : join(model, 'model.safetensors');
  const [rows, columns] = [40, 512];
  const { data } = randomMatrix(rows, columns, 5);
  const name = existsSync(inner) ? 'embedding.weight' : 'embeddings';
  await writeFile(path, safetensorsBytes([{ name, type: 'F32', dims: [rows, columns], data }]));
}
