import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { addModelOptions, poolingFlags } from '../model-options.js';
import { addVariantOptions } from './variant-options.js';

/** Parses flags as commander does, and throws in place of ending the process. */
function flagsOf(add: (command: Command) => Command, ...words: string[]): Record<string, unknown> {
  const command = add(new Command('x').exitOverride().configureOutput({ writeErr: () => undefined }));
  command.parse(words, { from: 'user' });
  return command.opts();
}

const variant = (...words: string[]) => flagsOf(addVariantOptions, ...words);

describe('flags of commands that make variants', () => {
  test('methods are named at once or one by one, each once', () => {
    expect(variant('--to', 'int8, fp16', '--to', 'int8').to).toEqual(['int8', 'fp16']);
    expect(variant().to).toBeUndefined();
  });

  test.each(['int9', 'INT8', '', 'int8,'])('"%s" is no method', (text) => {
    expect(() => variant('--to', text)).toThrow('is not a method. Known: ');
  });

  test('what is not switched off is on, or left to the method', () => {
    expect(variant().optimize).toBe(true);
    expect(variant().calibration).toBeUndefined();
    expect(variant('--no-optimize', '--no-calibration')).toMatchObject({ optimize: false, calibration: false });
    expect(variant('--calibration', 'a.txt').calibration).toBe('a.txt');
  });

  test('limits of several flags stand together, those of tasks are refused', () => {
    expect(variant('--limit', 'cosineP1=0.98', '--limit', 'topKOverlap=0.9').limit).toEqual({
      cosineP1: 0.98,
      topKOverlap: 0.9,
    });
    expect(() => variant('--limit', 'ndcgLoss=0.1')).toThrow('is found in tasks');
  });

  test('layers are lists of words', () => {
    expect(variant('--include', 'ffn-down,query', '--exclude', 'embeddings')).toMatchObject({
      include: ['ffn-down', 'query'],
      exclude: ['embeddings'],
    });
  });

  test.each(['0', '1.5', '-2', 'two'])('%s threads are refused', (count) => {
    expect(() => variant('--threads', count)).toThrow('whole number of at least 1');
  });
});

describe('flags that say what a model is', () => {
  test('are those of pooling, and no others', () => {
    const flags = flagsOf(addModelOptions, '--pooling', 'cls', '--max-tokens', '128');
    expect(flags).toMatchObject({ pooling: 'cls', maxTokens: 128 });
    expect(poolingFlags({ ...flags, other: 1 } as Parameters<typeof poolingFlags>[0])).toEqual({
      ...{ tokenizer: undefined, pooling: 'cls', normalize: undefined, maxTokens: 128 },
    });
  });

  test('a way of pooling that nobody knows is refused', () => {
    expect(() => flagsOf(addModelOptions, '--pooling', 'median')).toThrow('median');
  });
});
