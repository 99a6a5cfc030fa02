import { describe, expect, test } from 'vitest';
import { OctavecError } from '../base/index.js';
import type { Embedder } from '../embed/index.js';
import type { IndexManifest } from '../store/index.js';
import { HeldModel } from './held-model.js';
import type { IndexOptions } from './index-options.js';

const probes = [
  [1, 0],
  [0, 1],
  [1, 0],
  [0, 1],
];

/** Models by their variants; `off` turns the vectors of probes. */
function models({ variant = 'int8', off = 0 }: { readonly variant?: string; readonly off?: number } = {}) {
  const asked: string[] = [];
  let closed = 0;
  let embeds = 0;
  const embedder = {
    ...{ width: 2, dimensions: 2 },
    model: { prompts: {}, folder: '/models/m', onnxPath: `/models/m/onnx/model_${variant}.onnx` },
    embed: async (texts: readonly string[]) => {
      embeds++;
      const turned = texts.flatMap((_, i) => {
        const [x, y] = probes[i];
        return [x * Math.cos(off) - y * Math.sin(off), x * Math.sin(off) + y * Math.cos(off)];
      });
      return { data: Float32Array.from(turned), rows: texts.length, columns: 2 };
    },
    close: async () => void closed++,
  } as unknown as Embedder;
  const loadModel = async (name: string, of: string | undefined) => {
    asked.push(`${name} ${of}`);
    return { embedder, revision: 'abc', name: 'owner/m' };
  };
  return { loadModel, asked, embedder, closed: () => closed, embeds: () => embeds };
}

const manifest = {
  model: { name: '/models/m', variant: 'int8', dimensions: 2, documentPrompt: '', queryPrompt: '', probes },
} as unknown as IndexManifest;
const held = (options: IndexOptions, folder?: string) => new HeldModel('docs.index', options, folder);

describe('the model of a new index', () => {
  test('is the embedded one unless another is asked for, and noted by the name that lasts', async () => {
    const { loadModel, asked } = models();
    expect(await held({ loadModel }).describe(undefined)).toMatchObject({
      ...{ name: 'owner/m', revision: 'abc', variant: 'int8', dimensions: 2, probes },
    });
    await held({ loadModel, model: 'other', variant: 'q4' }).describe(1);
    expect(asked).toEqual(['minilm undefined', 'other q4']);
  });
});

describe('the model of an index', () => {
  test('is loaded and compared once, however often it is asked for', async () => {
    const { loadModel, asked, embeds } = models();
    const model = held({ loadModel });
    await Promise.all([model.asked(manifest), model.asked(manifest), model.embedding(manifest)]);
    expect(asked).toEqual(['/models/m int8']);
    expect(embeds()).toBe(1);
  });

  test('is tried again after it failed', async () => {
    const { loadModel, asked } = models();
    let broken = true;
    const model = held({
      loadModel: async (...given) => (broken ? Promise.reject(new Error('offline')) : loadModel(...given)),
    });
    await expect(model.asked(manifest)).rejects.toThrow('offline');
    broken = false;
    await model.asked(manifest);
    expect(asked).toHaveLength(1);
  });

  test('is compared again after that failed', async () => {
    const { loadModel, embedder, asked } = models();
    const { embed } = embedder;
    let isBroken = true;
    embedder.embed = ((...given: Parameters<Embedder['embed']>) =>
      isBroken ? Promise.reject(new Error('no memory')) : embed(...given)) as Embedder['embed'];
    const model = held({ loadModel });
    await expect(model.asked(manifest)).rejects.toThrow('no memory');
    isBroken = false;
    expect(await model.asked(manifest)).toBe(embedder);
    expect(asked).toHaveLength(1);
  });

  test('that is not where it was is said to be missing, with what to do', async () => {
    const missing = (path: string) => async () =>
      Promise.reject(new OctavecError('FILE_NOT_FOUND', { path, what: 'Model folder' }));
    await expect(held({ loadModel: missing('/models/m') }).asked(manifest)).rejects.toMatchObject({
      ...{ code: 'FILE_NOT_FOUND', details: { path: '/models/m', what: 'The model of docs.index' } },
    });
    // A file within it says what it is itself.
    await expect(held({ loadModel: missing('/models/m/x') }).asked(manifest)).rejects.toMatchObject({
      details: { what: 'Model folder' },
    });
  });

  test.each([
    ['owner/m', 'owner/m@abc'],
    ['owner/m@main', 'owner/m@abc'],
    ['hf:owner/m', 'owner/m@abc'],
    ['hf://owner/m@v1.0', 'owner/m@abc'],
    ['/models/m', '/models/m'],
    ['/models/owner/m@v1', '/models/owner/m@v1'],
    ['minilm', 'minilm'],
  ])('of the hub is the commit that it was made with: %s is %s', async (name, wanted) => {
    const { loadModel, asked } = models();
    await held({ loadModel }).asked({ ...manifest, model: { ...manifest.model, name, revision: 'abc' } });
    await held({ loadModel }).asked({ ...manifest, model: { ...manifest.model, name } });
    expect(asked).toEqual([`${wanted} int8`, `${name} int8`]);
  });

  test('is another commit only if it is named', async () => {
    const { loadModel, asked } = models();
    const made = { ...manifest, model: { ...manifest.model, name: 'owner/m', revision: 'abc' } };
    await held({ loadModel, model: 'owner/m' }).asked(made);
    expect(asked).toEqual(['owner/m int8']);
  });

  test('whose commit cannot be had says how to ask with another', async () => {
    const made = { ...manifest, model: { ...manifest.model, name: 'owner/m', revision: 'abc' } };
    const failing = (error: OctavecError) => held({ loadModel: () => Promise.reject(error) }).asked(made);
    const what = 'the model owner/m at abc';
    const gone = new OctavecError('HUB_NOT_FOUND', { endpoint: 'https://hub', what, why: 'it has no such revision' });
    await expect(failing(gone)).rejects.toMatchObject({
      code: 'HUB_NOT_FOUND',
      message: expect.stringMatching(/it has no such revision.*docs\.index was made with.*`model: owner\/m`/),
      cause: gone,
    });
    await expect(failing(new OctavecError('HUB_OFFLINE', { what, cache: '/cache' }))).rejects.toMatchObject({
      code: 'HUB_OFFLINE',
      message: expect.stringMatching(/does not have the model owner\/m at abc .*docs\.index.*`model: owner\/m`/),
    });
  });

  test('may ask by another variant, with a note, and may not embed by it', async () => {
    const { loadModel, asked } = models({ variant: 'q4', off: 0.2 });
    const notes: string[] = [];
    const model = held({ loadModel, variant: 'q4', onNote: (note) => notes.push(note) });
    await model.asked(manifest);
    await model.asked(manifest);
    expect(asked).toEqual(['/models/m q4']);
    expect(notes).toEqual([expect.stringContaining(`${Math.cos(0.2).toFixed(4)}`)]);
    await expect(model.embedding(manifest)).rejects.toMatchObject({
      code: 'INDEX_OTHER_MODEL',
      details: { made: '/models/m (int8)', given: '/models/m (q4)' },
    });
  });

  test('is refused if it gives other vectors', async () => {
    const model = held({ loadModel: models({ off: 1.5 }).loadModel });
    await expect(model.asked(manifest)).rejects.toMatchObject({ code: 'INDEX_OTHER_MODEL' });
  });
});

describe('closing', () => {
  test('closes what was loaded, and loads nothing', async () => {
    const { loadModel, closed, asked } = models();
    await held({ loadModel }).close();
    expect([closed(), asked]).toEqual([0, []]);
    const model = held({ loadModel });
    await model.asked(manifest);
    await model.close();
    expect(closed()).toBe(1);
  });
});
