import { describe, expect, test } from 'vitest';
import type { ModelFacts } from '../model/index.js';
import { chooseOutputs } from './choose-output.js';
import type { OfferedOutput, OutputChoice } from './offered-output.js';

/** "name/token/384" or "name/text/384". */
function outputs(...specs: readonly string[]): OfferedOutput[] {
  return specs.map((spec) => {
    const [name, per, width] = spec.split('/');
    return { name, per: per as OfferedOutput['per'], width: Number(width), isFloat: true, description: name };
  });
}

function facts(more: Partial<ModelFacts> = {}): ModelFacts {
  return { architectures: ['BertModel'], hiddenSize: 384, vocabularySize: 30522, hasPooling: false, ...more };
}

function choose(specs: readonly string[], choice: OutputChoice = { facts: facts() }) {
  const { hidden, pooled } = chooseOutputs(outputs(...specs), choice, 'm.onnx');
  return { hidden: hidden?.name, pooled: pooled?.name };
}

describe('an output is chosen', () => {
  test.each<[string, readonly string[], { hidden?: string; pooled?: string }, OutputChoice?]>([
    ['BERT', ['last_hidden_state/token/384', 'pooler_output/text/384'], { hidden: 'last_hidden_state' }],
    ['a classifier with hidden states', ['logits/text/2', 'hidden_states/token/384'], { hidden: 'hidden_states' }],
    [
      'sentence-transformers',
      ['token_embeddings/token/384', 'sentence_embedding/text/384'],
      { hidden: 'token_embeddings', pooled: 'sentence_embedding' },
    ],
    [
      'CLIP',
      ['last_hidden_state/token/384', 'text_embeds/text/512', 'pooler_output/text/384'],
      { hidden: 'last_hidden_state', pooled: 'text_embeds' },
    ],
    ['jina v3', ['text_embeds/token/384', '13049/text/384'], { hidden: 'text_embeds' }],
    [
      'BGE-M3',
      ['sparse_vecs/token/1', 'colbert_vecs/something else/384', 'dense_vecs/text/384'],
      { pooled: 'dense_vecs' },
    ],
    ['BGE-M3 without names', ['a/text/384', 'b/token/1', 'c/something else/384'], { pooled: 'a' }],
    ['several without names', ['a/token/1536', 'b/token/384', 'c/token/384'], { hidden: 'b' }],
    [
      'a folder that pools hidden states',
      ['last_hidden_state/token/384', 'text_embeds/text/512'],
      { hidden: 'last_hidden_state' },
      { facts: facts({ hasPooling: true }) },
    ],
    [
      'a pooling that is asked for',
      ['last_hidden_state/token/384', 'sentence_embedding/text/384'],
      { hidden: 'last_hidden_state' },
      { poolsHidden: true },
    ],
    ['a name that is asked for', ['x/text/384', 'logits/text/30522'], { pooled: 'logits' }, { output: 'logits' }],
    // Configurations are copied from other models: a name that says hidden states counts more than a width.
    ['hidden states of another width', ['last_hidden_state/token/33'], { hidden: 'last_hidden_state' }],
    [
      'a language model whose name has stayed',
      ['last_hidden_state/token/384'],
      { hidden: 'last_hidden_state' },
      { facts: facts({ architectures: ['JinaBertForMaskedLM'] }) },
    ],
  ])('of %s', (_, specs, expected, choice) => {
    expect(choose(specs, choice)).toEqual({ hidden: undefined, pooled: undefined, ...expected });
  });
});

describe('no output is an embedding', () => {
  test.each<[string, readonly string[], RegExp, OutputChoice?]>([
    ['of a cross-encoder', ['logits/text/1'], /reranker or classifier/],
    ['of a cross-encoder without names', ['output_0/text/1'], /one number for a text/],
    ['of a classifier', ['logits/text/3'], /3 scores for a text/],
    ['of a classifier without names', ['out/text/5'], /scores/, { facts: facts({ labels: Array(5).fill('a') }) }],
    ['of a classifier of many classes', ['out/text/77'], /scores/, { facts: facts({ labels: Array(77).fill('a') }) }],
    [
      'of a classifier by its architecture',
      ['out/text/50'],
      /RobertaForSequenceClassification/,
      { facts: facts({ architectures: ['RobertaForSequenceClassification'] }) },
    ],
    ['of SPLADE', ['logits/token/30522'], /vocabulary/],
    ['of SPLADE, pooled', ['out/text/30522'], /SPLADE/],
    ['of SPLADE without a configuration', ['out/token/512'], /vocabulary/, { vocabularySize: 512 }],
    ['of labels of tokens', ['logits/token/9'], /for each token/],
    ['of ColBERT', ['out/token/128'], /ColBERT/],
    [
      'of ColBERT by its architecture',
      ['last_hidden_state/token/96'],
      /HF_ColBERT/,
      { facts: facts({ architectures: ['HF_ColBERT'] }) },
    ],
    ['of extractive answering', ['start_logits/text/40', 'end_logits/text/40'], /scores/],
  ])('%s', (_, specs, message, choice) => {
    expect(() => choose(specs, choice)).toThrow(
      expect.objectContaining({ code: 'MODEL_OUTPUT', message: expect.stringMatching(message) }),
    );
  });

  test('where several could be one and nothing says which', () => {
    expect(() => choose(['a/text/384', 'b/text/384'])).toThrow(/name it with --output/);
  });

  test('of a name that there is not', () => {
    expect(() => choose(['a/text/384'], { output: 'b' })).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });

  test('to pool where the graph gives vectors only', () => {
    expect(() => choose(['sentence_embedding/text/384'], { poolsHidden: true })).toThrow(/pools by itself/);
  });
});
