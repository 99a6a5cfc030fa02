import { packagePath } from '../package-path.js';
import { placesOfTexts } from '../places-of-texts.js';
import { entry } from './error-entry.js';

/** Errors of model folders, tokenizers and texts. */
export const modelsErrors = {
  MODEL_NOT_FOUND: entry<{ path: string; looked: string; hint?: string }>(
    1,
    404,
    (d) =>
      `No ONNX model in ${d.path} (looked for ${d.looked}). ${d.hint ?? 'Give a model folder in Hugging Face layout or an .onnx file.'}`,
  ),
  OTHER_FORMAT: entry<{ path: string; what: string; hint: string }>(
    1,
    400,
    (d) => `${d.path} is ${d.what}, and octavec runs ONNX models. ${d.hint}`,
  ),
  EMBEDDED_MODEL_MISSING: entry<{ package: string }>(
    1,
    404,
    (d) => `The embedded model is not installed. Install it ("npm install ${d.package}"), or name another model.`,
  ),
  CONFIG_INVALID: entry<{ path: string; why: string }>(
    1,
    400,
    (d) => `${d.path} does not hold what is expected: ${d.why}. Fetch the file again from the model's source.`,
  ),
  MODEL_UNSUPPORTED: entry<{ path: string; what: string; hint: string }>(
    1,
    400,
    (d) => `${d.path}: ${d.what} is not supported. ${d.hint}`,
  ),
  ARCHITECTURE_UNKNOWN: entry<{ path: string; found: string; nearest?: string; known: string }>(
    1,
    400,
    (d) =>
      `${d.path} is of an architecture that octavec cannot convert: ${d.found}.${d.nearest ? ` The nearest that it knows is ${d.nearest}.` : ''} Known: ${d.known}. Export the model to ONNX with its own tools.`,
  ),
  WEIGHTS_INVALID: entry<{ path: string; why: string }>(
    1,
    400,
    (d) =>
      `The weights in ${d.path} cannot be converted: ${d.why}. Fetch the files again, or export the model to ONNX with its own tools.`,
  ),
  CONVERSION_REFUSED: entry<{ path: string; why: string }>(
    3,
    422,
    (d) =>
      `The ONNX file for ${d.path} does not give what the weights give: ${d.why}. Nothing was written; please report the model.`,
  ),
  SETTINGS_INVALID: entry<{ source: string; why: string }>(
    2,
    400,
    (d) => `${d.source} cannot be used: ${d.why}. ${packagePath('docs/configuration.md')} lists all keys.`,
  ),
  CONFIGURED_FILE: entry<{
    files: readonly { what: string; path: string; why: string; key: string; place: string }[];
  }>(
    2,
    404,
    (d) =>
      `Cannot read ${d.files.map(({ what, path, why }) => `the ${what} ${path}: ${why}`).join('; ')}. ${d.files.some(({ key }) => key.startsWith('embedding.')) ? 'Fetch a model with "octavec pull owner/name", make a variant with "octavec quantize", or fix' : 'Fix'} ${d.files.map(({ key, place }) => `${key} in ${place}`).join(', ')}.`,
  ),
  SAFETENSORS_INVALID: entry<{ path: string; why: string }>(
    1,
    400,
    (d) => `${d.path} is not a sound safetensors file: ${d.why}. Fetch or make the file again.`,
  ),
  CALIBRATION_MISMATCH: entry<{ path: string; why: string }>(
    1,
    409,
    (d) =>
      `The calibration table ${d.path} does not fit: ${d.why}. Name another file for a new table, or remove this one.`,
  ),
  TEXTS_INVALID: entry<{ path: string; why: string }>(
    1,
    400,
    (d) =>
      `The texts of ${d.path} cannot be read: ${d.why}. Texts are read from .txt, .jsonl, .json, .csv, .tsv and .parquet files.`,
  ),
  RANGES_INVALID: entry<{ path: string; why: string }>(
    1,
    400,
    (d) => `The ranges in ${d.path} cannot be used: ${d.why}. Take the file that \`ranges\` wrote for this model.`,
  ),
  DATA_INVALID: entry<{ path: string; why: string }>(
    1,
    400,
    (d) =>
      `${d.path} cannot be used as evaluation data: ${d.why}. ${packagePath('docs/evaluation.md')} shows the formats.`,
  ),
  TASK_UNKNOWN: entry<{ task: string; known: string; nearest?: string }>(
    2,
    400,
    (d) =>
      `There is no task "${d.task}".${d.nearest ? ` Did you mean ${d.nearest}?` : ''} Known: ${d.known}; or give a folder in BEIR layout, a file, a data set of the hub as owner/name, or one of MTEB's tasks such as SciFact (${packagePath('docs/evaluation.md')}).`,
  ),
  TOKENIZER_MISSING: entry<{ path: string }>(
    1,
    400,
    (d) => `No tokenizer.json for ${d.path}. Put it beside the model, or name it, or its folder, with \`tokenizer\`.`,
  ),
  TOKENIZER_INVALID: entry<{ path: string; why: string }>(
    1,
    400,
    (d) => `The tokenizer ${d.path} cannot be used: ${d.why}. Fetch tokenizer.json again from the model's source.`,
  ),
  PROMPT_UNKNOWN: entry<{ name: string; known: string }>(
    2,
    422,
    (d) => `The model has no prompt named "${d.name}". Known prompts: ${d.known}.`,
  ),
  TEXT_TOO_LONG: entry<{ index: number; tokens: number; maxTokens: number }>(
    1,
    422,
    (d) =>
      `Text ${d.index} has ${d.tokens} tokens, and the model takes ${d.maxTokens}. Shorten it, or let octavec cut it (\`overLong: truncate\`) or embed it in parts (\`overLong: chunk\`).`,
  ),
  QUERY_TOO_LONG: entry<{ tokens: number; maxTokens: number }>(
    1,
    422,
    (d) =>
      `The query leaves no room for a text: it has ${d.tokens} tokens, and the model takes ${d.maxTokens} of both together. Shorten the query.`,
  ),
  TEXT_INVALID: entry<{ index: number; why: string }>(1, 422, (d) => `Text ${d.index} cannot be embedded: ${d.why}.`),
  VECTOR_NOT_FINITE: entry<{ path: string; indices: readonly number[]; what?: string }>(
    1,
    422,
    (d) =>
      `${d.path} gives NaN or infinity in place of the ${d.what ?? 'vector'} of ${placesOfTexts(d.indices)}. Leave such texts out, let octavec skip them (\`onError: skip\`), or take a variant of higher precision.`,
  ),
  ORIGINAL_NOT_FINITE: entry<{ path: string; where: string }>(
    1,
    422,
    (d) =>
      `The original ${d.path} itself gives NaN or infinity ${d.where}; it was not quantization that made them. Leave such texts out, or export the model again.`,
  ),
  MODEL_OUTPUT: entry<{ path: string; why: string; what?: string; hint?: string }>(
    1,
    400,
    (d) =>
      `${d.path} does not give ${d.what ?? 'embeddings'}: ${d.why}. ${d.hint ?? 'octavec runs encoders that return [batch, tokens, width] or [batch, width].'}`,
  ),
  TOKEN_OUT_OF_RANGE: entry<{ path: string; id: number; size: number }>(
    1,
    400,
    (d) =>
      `The tokenizer gives id ${d.id}, but ${d.path} knows ids 0 to ${d.size - 1} only. Tokenizer and model do not belong together.`,
  ),
} as const;
