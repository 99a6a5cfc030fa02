import { describe, expect, onTestFinished, test } from 'vitest';
import { ModelShelf } from './model-shelf.js';
import type { ServedModelOptions } from './options.js';

const model = (name: string, ...aliases: string[]): ServedModelOptions => ({
  name,
  aliases,
  open: async () => Promise.reject(new Error(`${name} cannot be opened`)),
});

describe('a model is found', () => {
  const shelf = new ModelShelf({ models: [model('owner/a', 'small'), model('b', 'b:latest', 'c:q8')] });

  test.each([
    [undefined, 'owner/a'],
    ['owner/a', 'owner/a'],
    ['small', 'owner/a'],
    ['small:latest', 'owner/a'],
    ['b', 'b'],
    ['b:latest', 'b'],
    ['c:q8', 'b'],
  ])('by %s', (name, found) => {
    expect(shelf.find(name).name).toBe(found);
  });

  test.each(['', 'a', 'B', 'c', 'small:q8', 'b:latest:latest:x', '__proto__'])('not by %j', (name) => {
    expect(() => shelf.find(name)).toThrow(
      `The model '${name}' does not exist. Served here: owner/a, small, b, b:latest, c:q8`,
    );
  });
});

describe('where any name will do', () => {
  test('the only model answers to all', () => {
    const shelf = new ModelShelf({ models: [model('a')], anyModelName: true });
    expect(shelf.find('text-embedding-3-small').name).toBe('a');
  });

  test('of several models none does', () => {
    const shelf = new ModelShelf({ models: [model('a'), model('b')], anyModelName: true });
    expect(() => shelf.find('x')).toThrow(expect.objectContaining({ kind: 'unknown_model', param: 'model' }));
  });
});

describe('the model that ranks', () => {
  const of = (name: string, task?: string): ServedModelOptions => ({
    name,
    open: async () => ({ task }) as Awaited<ReturnType<ServedModelOptions['open']>>,
  });

  test('is the first that does, or the one that is named', async () => {
    const shelf = new ModelShelf({ models: [of('a'), of('r1', 'rerank'), of('r2', 'rerank')] });
    expect((await shelf.findReranker()).name).toBe('r1');
    expect((await shelf.findReranker('r2')).name).toBe('r2');
    expect((await shelf.findReranker('a')).name).toBe('a');
    await expect(shelf.findReranker('x')).rejects.toMatchObject({ kind: 'unknown_model' });
  });

  test('is the first model where none does, which will say that it is none', async () => {
    expect((await new ModelShelf({ models: [of('a'), of('b')] }).findReranker()).name).toBe('a');
  });

  test.each([
    [[of('a'), of('r', 'rerank'), of('c1', 'classify'), of('c2', 'classify')], 'c1'],
    [[of('a'), of('r', 'rerank')], 'r'],
    [[of('a'), of('b')], 'a'],
  ])('classes are told by a classifier, else by a reranker (%#)', async (models, found) => {
    expect((await new ModelShelf({ models }).findClassifier()).name).toBe(found);
  });
});

describe('before and while models are loaded', () => {
  test('whoever comes before the start is told to come back', async () => {
    const shelf = new ModelShelf({ models: [model('a')] });
    await expect(shelf.use(shelf.first, async () => 1)).rejects.toMatchObject({
      kind: 'loading',
      message: 'the model a is being loaded',
    });
  });

  test('a start that fails is over all the same, and each request tries again', async () => {
    let opened = 0;
    const shelf = new ModelShelf({
      models: [
        {
          name: 'a',
          open: async () => {
            opened++;
            throw new Error('no such file');
          },
        },
      ],
    });
    await expect(shelf.start()).rejects.toThrow('no such file');
    expect(shelf.hasStarted).toBe(true);
    await expect(shelf.use(shelf.first, async () => 1)).rejects.toThrow('no such file');
    await expect(shelf.use(shelf.first, async () => 1)).rejects.toThrow('no such file');
    expect(opened).toBe(3);
  });

  test('closing what was never loaded is no error', async () => {
    const shelf = new ModelShelf({ models: [model('a')], unloadAfter: 1 });
    onTestFinished(() => shelf.close());
    await expect(shelf.close()).resolves.toBeUndefined();
    await expect(shelf.reload()).resolves.toBeUndefined();
  });
});
