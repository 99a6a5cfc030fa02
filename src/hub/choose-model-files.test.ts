import { describe, expect, test } from 'vitest';
import { chooseModelFiles } from './choose-model-files.js';

/** As all-MiniLM-L6-v2 stands on the hub. */
const minilm = [
  '.gitattributes',
  '1_Pooling/config.json',
  'README.md',
  'config.json',
  'config_sentence_transformers.json',
  'data_config.json',
  'model.safetensors',
  'modules.json',
  'onnx/model.onnx',
  'onnx/model_O3.onnx',
  'onnx/model_qint8_avx512_vnni.onnx',
  'openvino/openvino_model.bin',
  'pytorch_model.bin',
  'rust_model.ot',
  'sentence_bert_config.json',
  'special_tokens_map.json',
  'tf_model.h5',
  'tokenizer.json',
  'tokenizer_config.json',
  'train_script.py',
  'vocab.txt',
];
const companions = minilm.filter((path) =>
  /^(1_Pooling|README|config|modules|sentence|special|tokenizer|vocab)/.test(path),
);
const chosen = (files: readonly string[], choice = {}) => chooseModelFiles(files, 'a/b', choice);
const weights = (files: readonly string[], choice = {}) =>
  chosen(files, choice).filter((path) => !companions.includes(path));

describe('the files of a model', () => {
  test('may be of a precision that is called like a part of every object', () => {
    expect(weights(['onnx/model_constructor.onnx'], { precision: 'constructor' })).toEqual([
      'onnx/model_constructor.onnx',
    ]);
    expect(() => chosen(minilm, { precision: 'constructor' })).toThrow(
      expect.objectContaining({ code: 'HUB_NO_MODEL' }),
    );
  });

  test('are one ONNX file and what comes with it', () => {
    expect(chosen(minilm)).toEqual([...companions, 'onnx/model.onnx'].sort());
  });

  test('are those of the precision that is asked for', () => {
    expect(weights(minilm, { precision: 'int8' })).toEqual(['onnx/model_qint8_avx512_vnni.onnx']);
    expect(weights(['onnx/model_quantized.onnx', 'onnx/model.onnx'], { precision: 'int8' })).toEqual([
      'onnx/model_quantized.onnx',
    ]);
    expect(() => chosen(minilm, { precision: 'q4' })).toThrow('has no model that octavec can take');
  });

  test('hold weights outside of the ONNX file, and only those of the one that is taken', () => {
    const files = ['onnx/model.onnx', 'onnx/model.onnx_data', 'onnx/model_fp16.onnx', 'onnx/model_fp16.onnx_data'];
    expect(weights(files)).toEqual(['onnx/model.onnx', 'onnx/model.onnx_data']);
    expect(weights(['model.onnx', 'model.onnx.data', 'config.json'])).toEqual(['model.onnx', 'model.onnx.data']);
  });

  test('are safetensors where there is no ONNX file, in parts or not', () => {
    const parts = [
      'model-00001-of-00002.safetensors',
      'model-00002-of-00002.safetensors',
      'model.safetensors.index.json',
    ];
    expect(weights(['config.json', ...parts, 'pytorch_model.bin'])).toEqual(parts);
    expect(weights(['model.safetensors', 'adapter_model.safetensors'])).toEqual(['model.safetensors']);
  });

  test('hold dense layers, pickled ones only where there are no others', () => {
    const both = ['onnx/model.onnx', '2_Dense/config.json', '2_Dense/model.safetensors', '2_Dense/pytorch_model.bin'];
    expect(chosen(both)).toEqual(both.slice(0, 3));
    expect(chosen([both[0], both[1], both[3]])).toEqual([both[0], both[1], both[3]]);
  });

  test('are what patterns say, in and out', () => {
    expect(weights(minilm, { include: ['*.safetensors', 'onnx/model_O?.onnx'] })).toEqual([
      'model.safetensors',
      'onnx/model.onnx',
      'onnx/model_O3.onnx',
    ]);
    expect(chosen(minilm, { exclude: ['README.md', 'openvino/'] })).not.toContain('README.md');
    expect(chosen(minilm, { all: true, exclude: ['openvino/'] })).toEqual(
      minilm.filter((path) => !path.startsWith('openvino')),
    );
  });

  test('are the weights of PyTorch where there is nothing else', () => {
    expect(chosen(['pytorch_model.bin', 'config.json'])).toEqual(['pytorch_model.bin', 'config.json']);
    expect(chosen(['pytorch_model.bin', 'model.safetensors'])).toEqual(['model.safetensors']);
  });

  test('are refused with what there is', () => {
    expect(() => chosen(['model.Q8_0.gguf', 'config.json'])).toThrow('it has GGUF files');
    expect(() => chosen(['model.pt'])).toThrow('it has PyTorch pickles');
    expect(() => chosen([])).toThrow('it has 0 files without weights');
  });
});
