import { escapePattern, OctavecError, ownValue } from '../base/index.js';

export interface ModelFileChoice {
  /** Which ONNX file: "fp32", "fp16", "int8", … By default the one of highest precision. */
  readonly precision?: string;
  /** Take these files, too: patterns such as `onnx/*_int8.onnx`. */
  readonly include?: readonly string[];
  /** Leave these files out. */
  readonly exclude?: readonly string[];
  /** Take every file. */
  readonly all?: boolean;
}

/** Files of an embedding model besides its weights: what transformers, tokenizers and sentence-transformers read. */
const companions =
  /^(config|tokenizer|tokenizer_config|special_tokens_map|added_tokens|vocab|modules|config_sentence_transformers|sentence_[\w-]+_config|preprocessor_config|quantize_config)\.json$|^(vocab|merges)\.txt$|^(tokenizer|spiece|sentencepiece(\.bpe)?)\.model$|^(README\.md|LICENSE[\w.-]*)$/i;
/** The folder of a module: `1_Pooling`, `2_Dense`, and the first module of old repositories. */
const moduleFile = /^\d+_\w+\/(config\.json|model\.safetensors|pytorch_model\.bin)$/;
const safetensors = /^(model|model-\d{5}-of-\d{5})\.safetensors$|^model\.safetensors\.index\.json$/;

const pytorch = /^pytorch_model(-\d{5}-of-\d{5})?\.bin$|^pytorch_model\.bin\.index\.json$/;

/** Names that the hub has for a precision, the likelier ones first. */
const namesByPrecision: Readonly<Record<string, readonly string[]>> = {
  fp32: ['model'],
  fp16: ['model_fp16'],
  int8: ['model_int8', 'model_quantized', 'model_qint8_avx512_vnni', 'model_qint8_avx512', 'model_qint8_arm64'],
  uint8: ['model_uint8', 'model_quint8_avx2'],
  q8: ['model_q8', 'model_quantized'],
  q4: ['model_q4'],
};
const byPrecision = ['fp32', 'fp16', 'q8', 'int8', 'uint8', 'q4'];

/**
 * Chooses the files of a repository that an embedding model needs: one ONNX file with its weights, or safetensors where
 * there is none, or the file of PyTorch; tokenizer, configuration, modules, dense layers.
 *
 * @param name of the repository, for errors
 * @throws HUB_NO_MODEL where the repository has neither, or not the precision
 */
export function chooseModelFiles(files: readonly string[], name: string, choice: ModelFileChoice = {}): string[] {
  const { include = [], exclude = [], all = false } = choice;
  const excluded = exclude.map(patternOf);
  const included = include.map(patternOf);
  const isWanted = (path: string) => !excluded.some((pattern) => pattern.test(path));
  if (all) {
    return files.filter(isWanted);
  }
  const isIncluded = (path: string) => included.some((pattern) => pattern.test(path));
  const weights = weightFiles(files.filter(isWanted), choice.precision);
  if (weights.length === 0 && !files.some(isIncluded)) {
    throw new OctavecError('HUB_NO_MODEL', {
      name,
      looked: choice.precision ?? 'onnx, safetensors or pytorch_model.bin',
      has: holds(files),
    });
  }
  const dense = new Set(files.filter((path) => /^\d+_\w+\/model\.safetensors$/.test(path)).map(folderOf));
  return files.filter((path) => {
    if (!isWanted(path)) {
      return false;
    }
    if (moduleFile.test(path)) {
      // Weights in pickles are taken only where there are no others.
      return !(path.endsWith('.bin') && dense.has(folderOf(path)));
    }
    return companions.test(path) || weights.includes(path) || isIncluded(path);
  });
}

function weightFiles(files: readonly string[], precision: string | undefined): string[] {
  const onnx = onnxFile(files, precision);
  if (onnx !== undefined) {
    // External data: model.onnx_data, model.onnx.data, model.onnx_data_1.
    return files.filter(
      (path) => path === onnx || (path.startsWith(onnx) && /^[._]data/.test(path.slice(onnx.length))),
    );
  }
  if (precision !== undefined) {
    return [];
  }
  const safe = files.filter((path) => safetensors.test(path));
  return safe.length > 0 ? safe : files.filter((path) => pytorch.test(path));
}

function onnxFile(files: readonly string[], precision: string | undefined): string | undefined {
  const find = (stem: string) => [`onnx/${stem}.onnx`, `${stem}.onnx`].find((path) => files.includes(path));
  const precisions = precision === undefined ? byPrecision : [precision];
  for (const one of precisions) {
    for (const stem of ownValue(namesByPrecision, one) ?? [`model_${one}`]) {
      const found = find(stem);
      if (found !== undefined) {
        return found;
      }
    }
  }
  const all = files.filter((path) => path.endsWith('.onnx'));
  return precision === undefined && all.length === 1 ? all[0] : undefined;
}

/** Says in a few words what a repository holds that has no model to take. */
function holds(files: readonly string[]): string {
  const kinds: readonly (readonly [RegExp, string])[] = [
    [/\.onnx$/, 'other ONNX files'],
    [/\.gguf$/, 'GGUF files'],
    [/\.safetensors$/, 'safetensors'],
    [/\.(bin|pt|pth)$/, 'PyTorch pickles'],
    [/\.h5$/, 'TensorFlow weights'],
    [/\.mlpackage\/|\.mlmodel/, 'Core ML files'],
    [/openvino/, 'OpenVINO files'],
  ];
  const found = kinds.filter(([pattern]) => files.some((path) => pattern.test(path))).map(([, words]) => words);
  return found.length === 0 ? `${files.length} files without weights` : found.join(', ');
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}

/**
 * Turns a pattern of `huggingface_hub` into a regular expression: `*` stands for anything, slashes included, `?` for
 * one character.
 */
function patternOf(pattern: string): RegExp {
  const whole = pattern.endsWith('/') ? `${pattern}*` : pattern;
  const source = whole.replace(/[*?]|[^*?]+/g, (part) => ({ '*': '.*', '?': '.' })[part] ?? escapePattern(part));
  return new RegExp(`^${source}$`, 's');
}
