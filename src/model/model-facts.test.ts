import { expect, test } from 'vitest';
import { modelFacts } from './model-facts.js';

test('says what config.json says of numbers and classes', () => {
  const config = {
    architectures: ['BertForSequenceClassification'],
    hidden_size: 32,
    vocab_size: 200,
    id2label: { '0': 'relevant' },
    sbert_ce_default_activation_function: 'torch.nn.modules.linear.Identity',
  };
  expect(modelFacts(config as never, false)).toEqual({
    architectures: ['BertForSequenceClassification'],
    ...{ hiddenSize: 32, vocabularySize: 200, labels: 1, firstLabel: 'relevant' },
    ...{ scoreActivation: 'identity', hasPooling: false },
  });
});

test('leaves out what it does not say, or says in a strange form', () => {
  expect(modelFacts(undefined, true)).toMatchObject({ architectures: [], labels: undefined, hasPooling: true });
  expect(modelFacts({ id2label: { '0': 5, '1': 'b' } } as never, true)).toMatchObject({
    labels: 2,
    firstLabel: undefined,
  });
});
