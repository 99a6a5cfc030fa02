import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  byteSize,
  engineList,
  gateLimit,
  gateLimitWithoutTasks,
  number,
  port,
  positiveInteger,
  positiveIntegers,
  positiveNumber,
  proofTexts,
  wordList,
} from './options.js';
import { addMethodFlags, methodOptionsOf } from './quantize/method-flags.js';

describe('numbers', () => {
  test('are read as they stand', () => {
    expect(positiveInteger('12')).toBe(12);
    expect(positiveIntegers('1, 2,4')).toEqual([1, 2, 4]);
    expect(number('-0.5')).toBe(-0.5);
    expect(positiveNumber('2.5')).toBe(2.5);
    expect([number('1e-3'), number('.5'), number('5.'), number(' +2 ')]).toEqual([0.001, 0.5, 5, 2]);
    expect([port('0'), port('65535'), positiveInteger('007')]).toEqual([0, 65535, 7]);
    expect(gateLimit('cosineP1=-1e-2')).toEqual({ cosineP1: -0.01 });
    expect(byteSize('25MB')).toBe(25e6);
  });

  test.each([
    [positiveInteger, '0'],
    [positiveInteger, '1.5'],
    [positiveInteger, 'two'],
    [positiveInteger, '0x10'],
    [positiveInteger, '1e3'],
    [positiveInteger, '9007199254740993'],
    [positiveIntegers, '1,0b10'],
    [number, '0x10'],
    [number, '.'],
    [port, '0x50'],
    [port, '-0'],
    [port, '65536'],
    [positiveInteger, ''],
    [positiveIntegers, '1,,2'],
    [number, ''],
    [number, ' '],
    [number, 'Infinity'],
    [number, '5x'],
    [positiveNumber, '0'],
    [positiveNumber, '-1'],
    [byteSize, '25 megs'],
    [byteSize, '0'],
  ])('%o refuses "%s"', (parse, text) => {
    expect(() => parse(text)).toThrow(/It must be/);
  });
});

describe('lists', () => {
  test('may be given at once or one by one', () => {
    expect(wordList('embeddings', wordList('ffn-up, ffn-down'))).toEqual(['ffn-up', 'ffn-down', 'embeddings']);
    expect(engineList('native', engineList('onnxruntime,native'))).toEqual(['onnxruntime', 'native']);
  });

  test('name an engine that there is not', () => {
    expect(() => engineList('native,cuda')).toThrow(/"cuda" is not an engine/);
  });
});

describe('limits', () => {
  test('are put together', () => {
    expect(gateLimit('topKOverlap=0.5', gateLimit('cosineP1=0.98'))).toEqual({ cosineP1: 0.98, topKOverlap: 0.5 });
    expect(gateLimit('stsLoss=0')).toEqual({ stsLoss: 0 });
  });

  test.each([
    ['cosine=1', '"cosine" is not a metric'],
    ['cosineP1', 'cosineP1=0.98'],
    ['cosineP1=', 'cosineP1=0.98'],
    ['cosineP1=high', 'cosineP1=0.98'],
    ['cosineP1= ', 'cosineP1=0.98'],
    ['cosineP1=0.98=0.5', 'cosineP1=0.98'],
    ['constructor=1', '"constructor" is not a metric'],
  ])('refuses "%s"', (text, said) => {
    expect(() => gateLimit(text)).toThrow(said);
  });

  test('of tasks are refused where no task is run', () => {
    expect(gateLimitWithoutTasks('cosineP1=0.9')).toEqual({ cosineP1: 0.9 });
    expect(() => gateLimitWithoutTasks('ndcgLoss=0.1')).toThrow('"ndcgLoss" is found in tasks');
  });
});

describe('texts of a comparison', () => {
  function fileOf(...lines: readonly string[]): string {
    const folder = mkdtempSync(join(tmpdir(), 'octavec-options-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const path = join(folder, 'texts.txt');
    writeFileSync(path, lines.join('\n'));
    return path;
  }

  test("are octavec's where no file is named", async () => {
    expect(await proofTexts(undefined)).toBeUndefined();
  });

  test('count once each', async () => {
    const path = fileOf('one', 'two', 'one', 'three');
    expect(await proofTexts(path)).toEqual({ texts: ['one', 'two', 'three'], source: path });
    const few = fileOf('one', 'one', 'two');
    await expect(proofTexts(few)).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining('2 distinct texts'),
    });
  });
});

describe('flags of single methods', () => {
  const parsed = (...args: readonly string[]) => {
    const command = addMethodFlags(new Command().exitOverride().configureOutput({ writeErr: () => undefined }));
    const given = methodOptionsOf(command.parse(args, { from: 'user' }).opts());
    return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  };

  test('are values of the options that methods have', () => {
    expect(parsed()).toEqual({});
    expect(parsed('--block-size', '64', '--symmetric', '--range', 'mse')).toEqual({
      ...{ blockSize: 64, symmetric: true, range: 'mse' },
    });
    expect(parsed('--target-cosine-p1', '0.995')).toEqual({ targetCosineP1: 0.995 });
  });

  test('refuse what is no choice', () => {
    expect(() => parsed('--block-size', '63')).toThrow(/Allowed choices/);
    expect(() => parsed('--target-cosine-p1', 'high')).toThrow(/It must be a number/);
  });
});

describe('odd lists', () => {
  test.each([
    ['a,,b', ['a', 'b']],
    [' a , b ,', ['a', 'b']],
    ['', []],
    [',', []],
  ])('"%s" has no words that are empty', (text, words) => {
    expect(wordList(text)).toEqual(words);
    expect(wordList(text, ['before'])).toEqual(['before', ...words]);
  });

  test.each([
    ['', '"" is not an engine'],
    ['native,', '"" is not an engine'],
    ['Native', '"Native" is not an engine'],
  ])('engines "%s" are refused', (text, said) => {
    expect(() => engineList(text)).toThrow(said);
  });

  test('the last of equal limits counts, and others stay', () => {
    expect(gateLimit('cosineP1=0.5', gateLimit('cosineP1=0.9', { stsLoss: 1 }))).toEqual({ cosineP1: 0.5, stsLoss: 1 });
    expect(gateLimit('cosineP1=-1e-3')).toEqual({ cosineP1: -0.001 });
  });

  test.each(['cosineP1=NaN', 'cosineP1=Infinity', 'cosineP1=-Infinity'])('the limit %s is none', (text) => {
    expect(() => gateLimit(text)).toThrow('Give a number');
  });
});

describe('ports', () => {
  test.each([
    ['0', 0],
    ['65535', 65535],
    [' 80 ', 80],
  ])('"%s"', (text, value) => expect(port(text)).toBe(value));

  test.each(['', ' ', '65536', '-1', '80.5', '80a', 'http'])('"%s" is none', (text) => {
    expect(() => port(text)).toThrow('It must be a number from 0 to 65535');
  });
});
