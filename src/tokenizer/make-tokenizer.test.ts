import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { Tokenizer } from 'tokenizers';
import { describe, expect, test } from 'vitest';
import { missingTokenizer } from './make-tokenizer.js';
import { readSentencePiece } from './sentencepiece-model.js';

const fixtures = fileURLToPath(new URL('../../test/fixtures/tokenizers', import.meta.url));
const empty = () => mkdtempSync(join(tmpdir(), 'octavec-tokenizer-'));

/** With other keys in its tokenizer_config.json. */
function changed(name: string, change: object): string {
  const folder = empty();
  cpSync(join(fixtures, name), folder, { recursive: true });
  const path = join(folder, 'tokenizer_config.json');
  writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), ...change }));
  return folder;
}

describe('a tokenizer that is made', () => {
  test.each(['bert-uncased', 'bert-cased', 'mpnet', 'xlm-roberta'])(
    'of %s gives the ids of transformers',
    async (name) => {
      const folder = join(fixtures, name);
      const tokenizer = Tokenizer.fromString((await missingTokenizer(folder)) as string);
      const golden = JSON.parse(readFileSync(join(folder, 'golden.json'), 'utf8'));
      for (const [i, text] of golden.texts.entries()) {
        expect((await tokenizer.encode(text)).getIds(), JSON.stringify(text)).toEqual(golden.ids[i]);
      }
      for (const [i, [first, second]] of golden.pairs.entries()) {
        const encoding = await tokenizer.encode(first, second);
        expect(encoding.getIds()).toEqual(golden.pair_ids[i]);
        // transformers gives zeros to models without token types, whatever the template says.
        if (name.startsWith('bert')) {
          expect(encoding.getTypeIds()).toEqual(golden.pair_types[i]);
        }
      }
    },
  );

  test('needs none where there is one, or nothing', async () => {
    const folder = empty();
    expect(await missingTokenizer(folder)).toBeUndefined();
    writeFileSync(join(folder, 'tokenizer.json'), '{}');
    cpSync(join(fixtures, 'bert-cased', 'vocab.txt'), join(folder, 'vocab.txt'));
    expect(await missingTokenizer(folder)).toBeUndefined();
  });

  test.each([
    ['of another class', changed('bert-cased', { tokenizer_class: 'BertJapaneseTokenizer' }), /BertJapaneseTokenizer/],
    ['of another model of pieces', changed('xlm-roberta', { tokenizer_class: 'T5Tokenizer' }), /T5Tokenizer/],
    ['without its special tokens', changed('bert-cased', { cls_token: '[START]' }), /"\[START\]"/],
  ])('%s is refused', async (_, folder, why) => {
    await expect(missingTokenizer(folder)).rejects.toMatchObject({
      code: 'TOKENIZER_INVALID',
      message: expect.stringMatching(why),
    });
  });
});

test('a damaged model of SentencePiece is an error, whatever the damage', () => {
  const good = readFileSync(join(fixtures, 'xlm-roberta', 'sentencepiece.bpe.model')).subarray(0, 3000);
  fc.assert(
    fc.property(
      fc.nat(good.length - 1),
      fc.uint8Array({ minLength: 1, maxLength: 6 }),
      fc.boolean(),
      (place, edit, cut) => {
        const bytes = Buffer.from(good);
        bytes.set(edit.subarray(0, good.length - place), place);
        try {
          readSentencePiece(cut ? bytes.subarray(0, place) : bytes, 'x.model');
        } catch (error) {
          expect(error).toMatchObject({ code: 'TOKENIZER_INVALID' });
        }
      },
    ),
    { numRuns: 500 },
  );
});
