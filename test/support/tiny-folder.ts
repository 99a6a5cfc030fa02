import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../fixtures/tiny', import.meta.url));

/** A tokenizer of letters and digits for models that know few words: the same text gives the same ids, others differ. */
export function letterTokenizer(): string {
  const special = ['[PAD]', '[UNK]', '[CLS]', '[SEP]'];
  const letters = Array.from(`abcdefghijklmnopqrstuvwxyz0123456789 .,;:!?'"()-%/`);
  const template = ['[CLS]', 'A', '[SEP]'].map((id) =>
    id === 'A' ? { Sequence: { id, type_id: 0 } } : { SpecialToken: { id, type_id: 0 } },
  );
  return JSON.stringify({
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: special.map((content, id) => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: { type: 'Lowercase' },
    pre_tokenizer: { type: 'Split', pattern: { Regex: '.' }, behavior: 'Isolated', invert: false },
    post_processor: {
      type: 'TemplateProcessing',
      single: template,
      pair: [...template, { Sequence: { id: 'B', type_id: 1 } }],
      special_tokens: Object.fromEntries(
        ['[CLS]', '[SEP]'].map((token) => [token, { id: token, ids: [special.indexOf(token)], tokens: [token] }]),
      ),
    },
    decoder: null,
    model: {
      type: 'WordLevel',
      vocab: Object.fromEntries([...special, ...letters].map((token, id) => [token, id])),
      unk_token: '[UNK]',
    },
  });
}

/** A model folder in Hugging Face layout with a tiny encoder. Returns the path of its original. */
export function makeTinyFolder(folder: string, architecture: string): string {
  const path = join(folder, 'onnx', 'model.onnx');
  mkdirSync(join(folder, 'onnx'), { recursive: true });
  cpSync(join(root, architecture, 'onnx', 'model_torchscript.onnx'), path);
  cpSync(join(root, architecture, 'config.json'), join(folder, 'config.json'));
  writeFileSync(join(folder, 'tokenizer.json'), letterTokenizer());
  // What comes behind the hidden states is said, so that nothing has to be assumed.
  const modules = ['Transformer', 'Pooling', 'Normalize'].map((kind, idx) => ({
    idx,
    name: `${idx}`,
    path: idx === 0 ? '' : `${idx}_${kind}`,
    type: `sentence_transformers.models.${kind}`,
  }));
  writeFileSync(join(folder, 'modules.json'), JSON.stringify(modules));
  mkdirSync(join(folder, '1_Pooling'), { recursive: true });
  writeFileSync(join(folder, '1_Pooling', 'config.json'), JSON.stringify({ pooling_mode_mean_tokens: true }));
  return path;
}
