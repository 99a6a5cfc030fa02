import { describe, expect, test } from 'vitest';
import { indexManifest } from '../store/index.js';
import type { HeldModel } from './held-model.js';
import { checkKind, checkSettings, newManifest } from './new-manifest.js';

const model = { name: 'm', dimensions: 4, documentPrompt: '', queryPrompt: '', probes: [[1, 0, 0, 0]] };
const held = { describe: async (dimensions = 4) => ({ ...model, dimensions }) } as unknown as HeldModel;
const store = { kinds: { int8: 'exact', float32: 'exact' } } as const;

describe('a new manifest', () => {
  test('has what is usual where nothing is asked for', async () => {
    expect(await newManifest(held, store, {})).toMatchObject({
      ...{ format: 1, chunking: { tokens: 256, overlap: 0 }, vectors: 'int8', sources: [] },
    });
  });

  test.each([
    [{}, { tokens: 256, overlap: 0 }],
    [{ tokens: 64 }, { tokens: 64, overlap: 0 }],
    [{ overlap: 32 }, { tokens: 256, overlap: 32 }],
    [
      { tokens: 64, overlap: undefined },
      { tokens: 64, overlap: 0 },
    ],
    [
      { tokens: undefined, overlap: 32 },
      { tokens: 256, overlap: 32 },
    ],
    ['none' as const, 'none'],
    [undefined, { tokens: 256, overlap: 0 }],
  ])('reads back as it was written with the chunking %j', async (chunking, expected) => {
    const manifest = await newManifest(held, store, { chunking, vectors: 'float32', dimensions: 2 });
    expect(manifest).toMatchObject({ chunking: expected, vectors: 'float32', model: { dimensions: 2 } });
    expect(indexManifest.parse(JSON.parse(JSON.stringify(manifest)))).toEqual(manifest);
  });
});

describe('settings that are asked for', () => {
  const made = { chunking: { tokens: 256, overlap: 0 }, vectors: 'int8', model } as Parameters<typeof checkSettings>[1];

  test.each([
    {},
    { vectors: 'int8' },
    { dimensions: 4 },
    { chunking: {} },
    { chunking: { tokens: 256 } },
    { chunking: { tokens: 256, overlap: undefined } },
  ] as const)('agree: %j', (options) => {
    expect(() => checkSettings('x', made, options)).not.toThrow();
  });

  test.each([
    [{ vectors: 'float32' }, 'the kind of its vectors is int8, and float32'],
    [{ dimensions: 3 }, 'the length of its vectors is 4, and 3'],
    [{ chunking: { overlap: 8 } }, '256 tokens with 0 of overlap, and 256 tokens with 8'],
    [{ chunking: 'none' }, 'and none is asked for'],
  ] as const)('do not agree: %j', (options, why) => {
    expect(() => checkSettings('x', made, options)).toThrow(
      expect.objectContaining({ code: 'INDEX_OTHER_SETTINGS', message: expect.stringContaining(why) }),
    );
  });

  test('an index of whole documents agrees with whole documents alone', () => {
    const whole = { ...made, chunking: 'none' } as typeof made;
    expect(() => checkSettings('x', whole, { chunking: 'none' })).not.toThrow();
    expect(() => checkSettings('x', whole, { chunking: {} })).toThrow('is none, and 256 tokens');
  });

  test('vectors are of a kind that the store keeps', () => {
    expect(() => checkKind(store, undefined)).not.toThrow();
    expect(() => checkKind(store, 'float32')).not.toThrow();
    expect(() => checkKind(store, 'binary')).toThrow('this store keeps int8, float32');
    expect(() => checkKind(store, 'toString' as 'binary')).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });
});
