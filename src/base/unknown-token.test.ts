import { expect, test } from 'vitest';
import { unknownTokenId } from './unknown-token.js';

test.each([
  ['WordPiece names the token', { model: { unk_token: '[UNK]', vocab: { '[PAD]': 0, '[UNK]': 100 } } }, 100],
  ['Unigram names the id', { model: { unk_id: 0, vocab: [['<unk>', 0]] } }, 0],
  ['BPE has none', { model: { unk_token: null, vocab: { a: 0 } } }, undefined],
  ['a token that the vocabulary lacks', { model: { unk_token: '[UNK]', vocab: { a: 0 } } }, undefined],
  ['a token with a name that every object has', { model: { unk_token: 'toString', vocab: {} } }, undefined],
  ['a list of words beside a token', { model: { unk_token: '<unk>', unk_id: null, vocab: [['<unk>', 0]] } }, undefined],
  ['no model', {}, undefined],
  ['nothing', null, undefined],
])('%s', (_, tokenizer, id) => {
  expect(unknownTokenId(tokenizer)).toBe(id);
});
