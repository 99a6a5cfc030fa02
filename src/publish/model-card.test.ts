import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { soundEvidence } from '../../test/support/evidence.js';
import type { CardFacts } from './card-facts.js';
import { hubUsage } from './hub-usage.js';
import { modelCard } from './model-card.js';

const facts: CardFacts = {
  ...{ repository: 'me/model-int8', base: 'intfloat/e5-small', licence: 'apache-2.0', width: 384, maxTokens: 512 },
  variants: [
    { variant: 'int8', evidence: soundEvidence({}, { texts: { count: 9, sha256: 'c', source: '/home/me/my.txt' } }) },
  ],
  head: { pooling: ['mean'], normalize: true, dense: [], includePrompt: true } as unknown as CardFacts['head'],
  prompts: { query: 'query: ', document: 'passage: ', none: '' },
};

const headerOf = (card: string) => parse(card.split('---\n')[1]) as Record<string, unknown>;

describe('the header of a model card', () => {
  test('says base, licence and tags', () => {
    expect(headerOf(modelCard(facts))).toEqual({
      ...{ license: 'apache-2.0', base_model: 'intfloat/e5-small', base_model_relation: 'quantized' },
      ...{ library_name: 'sentence-transformers', pipeline_tag: 'feature-extraction' },
      tags: ['onnx', 'sentence-transformers', 'transformers.js', 'octavec', 'int8'],
    });
  });

  test.each(['en', 'no', 'y', 'off', 'NULL', '1e5', '1.0', 'a: b', '- x', '"q"', 'x #y', '', '@a', 'zh-Hans', '0x1f'])(
    'reads back the language %j as a text',
    (language) => {
      expect(headerOf(modelCard({ ...facts, languages: [language, 'de'] })).language).toEqual([language, 'de']);
    },
  );

  test('cannot be ended by a licence', () => {
    expect(headerOf(modelCard({ ...facts, licence: 'x\n---\nlicense: mit' })).license).toBe('x\n---\nlicense: mit');
  });
});

describe('a model card', () => {
  test('says what the model is', () => {
    const card = modelCard(facts);
    expect(card).toContain('# model-int8\n');
    expect(card).toContain('as INT8 ONNX. 384 dimensions; mean pooling, vectors of length 1; texts up to 512 tokens.');
    expect(card).toContain('- `query`: `query: `\n- `document`: `passage: `\n');
    expect(card).not.toContain('`none`');
  });

  test('without prompts does not speak of any', () => {
    expect(modelCard({ ...facts, prompts: { none: '' } })).not.toContain('prompt that the model was trained with');
  });

  test('does not tell where somebody keeps texts', () => {
    expect(modelCard(facts)).not.toContain('/home/me');
  });
});

describe('how libraries load a model', () => {
  const libraries = (more: Partial<CardFacts>) =>
    [...hubUsage({ ...facts, ...more }).matchAll(/^### (.*)$/gm)].map(([, name]) => name);
  const head = (changes: object) => ({ head: { ...facts.head, ...changes } as CardFacts['head'] });

  test.each<[string, Partial<CardFacts>, string[]]>([
    ['a model of the usual kind', {}, ['octavec', 'transformers.js', 'sentence-transformers', 'fastembed']],
    [
      'one with pooling that fastembed has not',
      head({ pooling: ['lasttoken'] }),
      ['octavec', 'transformers.js', 'sentence-transformers'],
    ],
    ['one with two ways of pooling', head({ pooling: ['mean', 'cls'] }), ['octavec', 'sentence-transformers']],
    ['one with dense layers', head({ dense: [{}] }), ['octavec', 'sentence-transformers']],
  ])('%s', (_, more, expected) => {
    expect(libraries(more)).toEqual(expected);
  });

  test('a variant that transformers.js does not find is not shown for it', () => {
    const variants = [{ ...facts.variants[0], variant: 'int8_static' }];
    expect(libraries({ variants })).toEqual(['octavec', 'sentence-transformers', 'fastembed']);
    expect(libraries({ variants: [{ ...facts.variants[0], variant: 'constructor' }] })).not.toContain(
      'transformers.js',
    );
  });

  test('the first variant is the one that is loaded', () => {
    const usage = hubUsage({ ...facts, variants: [{ ...facts.variants[0], variant: 'q4' }, facts.variants[0]] });
    expect(usage).toContain('onnx/model_q4.onnx');
    expect(usage).not.toContain('model_int8.onnx');
  });
});
