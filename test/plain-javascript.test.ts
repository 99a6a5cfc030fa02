import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as octavec from 'octavec';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeTinyFolder } from './support/tiny-folder.js';

/** The library as JavaScript without a type checker calls it. */
// biome-ignore lint/suspicious/noExplicitAny: so that everything can be given
const library = octavec as any;

let root: string;
let model: string;
// biome-ignore lint/suspicious/noExplicitAny: so that everything can be given
let embedder: any;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'octavec-plain-'));
  model = join(root, 'my model');
  makeTinyFolder(model, 'bert');
  embedder = await library.Embedder.load(model);
});
afterAll(async () => {
  await embedder.close();
  rmSync(root, { recursive: true, force: true });
});

/** What a call throws, at once or later. */
async function refused(call: () => unknown): Promise<{ readonly code?: string; readonly message: string }> {
  try {
    await call();
  } catch (error) {
    return error as Error;
  }
  throw new Error('it was not refused');
}

describe('file: URLs', () => {
  test('name models, as URL and as text, and tokenizers', async () => {
    const url = pathToFileURL(model);
    for (const place of [url, url.href]) {
      const tokenizer = pathToFileURL(join(model, 'tokenizer.json'));
      await using loaded = await library.Embedder.load(place, { tokenizer });
      expect(loaded.model.folder).toBe(model);
      expect((await library.openModelFolder(place)).folder).toBe(model);
    }
  });

  test('name originals, outputs and tables', async () => {
    const list = Array.from({ length: 6 }, (_, i) => `text ${i} with a few words`);
    const texts = { texts: list, source: 'made up' };
    const output = pathToFileURL(join(root, 'out put'));
    const options = { to: ['int8'], texts, calibration: texts, output, force: true };
    const { variants } = await library.quantize(pathToFileURL(model), options);
    expect(variants[0].path).toBe(join(root, 'out put/onnx/model_int8.onnx'));
    const against = pathToFileURL(model);
    expect(await library.verify(pathToFileURL(variants[0].path), { against, texts })).toMatchObject({ schema: 1 });
  }, 60_000);
});

describe('wrong options are refused by name', () => {
  test.each([
    ['overLong', { overLong: 'cut' }],
    ['signal', { signal: 'x' }],
    ['prompt', { prompt: 5 }],
    ['promptName', { promptName: 5 }],
    ['overlap', { overLong: 'chunk', overlap: 'x' }],
    ['dimensions', { dimensions: '8' }],
    ['reproducible', { reproducible: 'yes' }],
    ['onError', { onError: 'ignore' }],
    ['onProgress', { onProgress: 'x' }],
    ['overlong', { overlong: 'chunk' }],
    ['options', 'chunk'],
    ['options', null],
  ])('%s of embed and stream', async (name, options) => {
    for (const call of [
      () => embedder.embed(['a'], options),
      async () => {
        for await (const _ of embedder.stream(['a'], options)) {
          throw new Error('it was embedded');
        }
      },
    ]) {
      expect(await refused(call)).toMatchObject({ code: 'USAGE', message: expect.stringContaining(name) });
    }
  });

  test.each([
    ['model', [undefined]],
    ['model', [5]],
    ['model', [new URL('https://example.org/model')]],
    ['model', [{}]],
    ['tokenizer', ['MODEL', { tokenizer: 5 }]],
    ['variant', ['MODEL', { variant: 5 }]],
    ['threads', ['MODEL', { threads: '2' }]],
    ['workers', ['MODEL', { workers: 0 }]],
    ['engine', ['MODEL', { engine: 'fast' }]],
    ['memory', ['MODEL', { memory: 5 }]],
    ['isolation', ['MODEL', { isolation: 'none' }]],
    ['onReady', ['MODEL', { onReady: 'x' }]],
    ['signal', ['MODEL', { signal: {} }]],
    ['maxWaitingTexts', ['MODEL', { maxWaitingTexts: '5' }]],
    ['"thread"', ['MODEL', { thread: 2 }]],
  ])('%s of load', async (name, args) => {
    const given = args.map((arg) => (arg === 'MODEL' ? model : arg));
    expect(await refused(() => library.Embedder.load(...given))).toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining(name),
    });
  });

  test.each([
    ['quantize', ['MODEL', { to: 'int8' }], 'to'],
    ['quantize', ['MODEL', { to: ['int9'] }], 'to[0]'],
    ['quantize', ['MODEL', { to: ['int8'], texts: ['a', 'b', 'c'] }], 'texts'],
    ['quantize', ['MODEL', { to: ['int8'], out: 'x' }], '"out"'],
    ['quantize', [undefined, { to: ['int8'] }], 'model'],
    ['quantizeAll', ['MODEL', { to: ['int8'], threads: 'x' }], 'threads'],
    ['verify', ['MODEL', {}], 'against'],
    ['verify', ['MODEL', { against: 5 }], 'against'],
    ['verify', ['MODEL', { against: 'MODEL', bench: 1 }], 'bench'],
    ['compare', ['MODEL', { engines: ['fast'] }], 'engines[0]'],
    ['compare', ['MODEL', { signal: 1 }], 'signal'],
    ['evaluate', ['MODEL', {}], 'tasks'],
    ['evaluate', ['MODEL', { tasks: ['scifact-mini'] }], 'tasks[0]'],
    ['benchmark', ['MODEL'], 'models'],
    ['benchmark', [['MODEL'], { threads: 0 }], 'threads'],
    ['readTask', [5], 'spec'],
    ['readConfiguration', [{ path: 'x' }], '"path"'],
  ])('%s(%j)', async (name, args, option) => {
    const given = JSON.parse(JSON.stringify(args).replaceAll('"MODEL"', JSON.stringify(model)), (_, value) => value);
    expect(await refused(() => library[name](...given.map((arg: unknown) => arg ?? undefined)))).toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining(option),
    });
  });

  test('what is no list of texts', async () => {
    // biome-ignore lint/suspicious/noSparseArray: it is what is tested
    const sparse = ['a', , 'b'];
    expect(await refused(() => embedder.embed(sparse))).toMatchObject({ code: 'TEXT_INVALID', details: { index: 1 } });
    expect(await refused(() => embedder.embed('a'))).toMatchObject({ code: 'USAGE' });
    expect(await refused(() => embedder.embed())).toMatchObject({ code: 'USAGE' });
    expect(await refused(() => embedder.stream('abc'))).toMatchObject({ code: 'USAGE' });
    expect(await refused(() => embedder.stream(undefined))).toMatchObject({ code: 'USAGE' });
    expect(await refused(() => embedder.tokenize(['a'], { overLong: 'cut' }))).toMatchObject({ code: 'USAGE' });
  });

  test('what are no vectors, no type, no ranges', async () => {
    const vectors = await embedder.embed(['a', 'b']);
    expect(await refused(() => library.quantizeVectors(vectors, 'int4'))).toMatchObject({ code: 'USAGE' });
    expect(await refused(() => library.quantizeVectors(vectors))).toMatchObject({ code: 'USAGE' });
    expect(await refused(() => library.quantizeVectors([[1, 2]], 'int8'))).toMatchObject({ code: 'USAGE' });
    expect(await refused(() => library.quantizeVectors(vectors, 'int8', {}))).toMatchObject({ code: 'USAGE' });
    expect(await refused(() => library.vectorRanges(undefined))).toMatchObject({ code: 'USAGE' });
  });
});
