import { expect, test } from 'vitest';
import { modelFacts } from './model-facts.js';

test('says what config.json says of numbers and classes', () => {
  const config = {
    architectures: ['BertForSequenceClassification'],
    hidden_size: 32,
    vocab_size: 200,
    id2label: { '0': 'relevant' },
    problem_type: 'multi_label_classification',
    sbert_ce_default_activation_function: 'torch.nn.modules.linear.Identity',
  };
  expect(modelFacts(config as never, false)).toEqual({
    architectures: ['BertForSequenceClassification'],
    ...{ hiddenSize: 32, vocabularySize: 200, labels: ['relevant'] },
    ...{ problemType: 'multi_label_classification', scoreActivation: 'identity', hasPooling: false },
  });
});

test('leaves out what it does not say, or says in a strange form', () => {
  expect(modelFacts(undefined, true)).toMatchObject({ architectures: [], labels: undefined, hasPooling: true });
  const labelsOf = (id2label: unknown) => modelFacts({ id2label } as never, true).labels;
  expect(labelsOf({ '1': 'b', '0': 5 })).toEqual(['LABEL_0', 'b']);
  expect(labelsOf({ '1': 'one', '2': 'two' })).toEqual(['LABEL_0', 'one']);
  expect(labelsOf({})).toEqual([]);
  expect(labelsOf(null)).toBeUndefined();
});
