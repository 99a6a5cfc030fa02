import { expect, test } from 'vitest';
import { type AppModel, appConfig } from './app-config.js';

const model: AppModel = {
  ...{ id: 'gte-int8', path: '/sdcard/models/gte-int8.onnx', tokenizer: '/sdcard/models/gte-int8.tokenizer.json' },
  ...{ isQuantized: true, quantizationType: 'int8', dimensions: 384, maxTokens: 512, pooling: 'mean' },
  ...{ normalize: true, prompts: { query: 'query: ' }, sha256: 'abc', version: null },
};
/** What could end a string of Kotlin or Swift, or begin something in it. */
const nasty = { ...model, prompts: { 'a"b': `\${drop()} \\(x) \\ \n\t$y "z" é 漢 🙂` } };

test('JSON is what was given', () => {
  expect(JSON.parse(appConfig([model, nasty], 'json'))).toEqual({ models: [model, nasty] });
});

test('Kotlin: one entry a model, with nulls and maps', () => {
  const text = appConfig([model], 'kotlin');
  expect(text).toContain('quantizationType = "int8",');
  expect(text).toContain('prompts = mapOf("query" to "query: "),');
  expect(text).toContain('version = null,');
  expect(text.match(/EmbeddingModelSpec\(\n {6}id/g)).toHaveLength(1);
});

test('Swift: the same, and a map without entries is [:]', () => {
  const text = appConfig([{ ...model, prompts: {} }, model], 'swift');
  expect(text).toContain('prompts: [:],');
  expect(text).toContain('prompts: ["query": "query: "],');
  expect(text).toContain('version: nil\n');
});

test.each([
  [
    'kotlin',
    /mapOf\("a\\u0022b" to "\\u0024\{drop\(\)\} \\u005c\(x\) \\u005c \\u000a\\u0009\\u0024y \\u0022z\\u0022 é 漢 🙂"\)/,
  ],
  [
    'swift',
    /\["a\\u\{0022\}b": "\$\{drop\(\)\} \\u\{005c\}\(x\) \\u\{005c\} \\u\{000a\}\\u\{0009\}\$y \\u\{0022\}z\\u\{0022\} é 漢 🙂"\]/,
  ],
] as const)('%s: whatever is in a string stays in it', (format, literal) => {
  expect(appConfig([nasty], format)).toMatch(literal);
});

test('an app without models gets an empty list in every format', () => {
  expect(JSON.parse(appConfig([], 'json'))).toEqual({ models: [] });
  expect(appConfig([], 'kotlin')).toMatch(/listOf\(\s*\)/);
  expect(appConfig([], 'swift')).toMatch(/= \[\s*\]/);
});

test.each(['kotlin', 'swift'] as const)('%s: no line of a model is longer by a line end in its texts', (format) => {
  const broken = { ...model, id: 'a\r\nb', path: 'c\u0085d', prompts: { x: '\u2028' } };
  const lines = (text: string) => text.split('\n').length;
  expect(lines(appConfig([broken], format))).toBe(lines(appConfig([model], format)));
  expect(appConfig([broken], format)).not.toContain('\r');
});
