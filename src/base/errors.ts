import { type ExitStatus, entry } from './error-entry.js';
import { indexErrors } from './index-errors.js';
import { packagePath } from './package-path.js';
import { placesOfTexts } from './places-of-texts.js';
import { printable } from './printable.js';

/**
 * Every error that octavec raises on purpose, in one table: what is wrong, where, and what to do.
 * `docs/errors.md` mirrors it, and a test holds the two together.
 * Messages name options by their keys, in backticks (`overLong: chunk`); the command line shows them as flags.
 */

export const errorTable = {
  USAGE: entry<{ problem: string; hint?: string }>(2, 400, (d) => `${d.problem}.${d.hint ? ` ${d.hint}` : ''}`),

  PACKAGE_MISSING: entry<{ name: string; what: string }>(
    1,
    501,
    (d) => `${d.what} needs the package ${d.name}, which is not installed. Run "npm install ${d.name}".`,
  ),

  FILE_NOT_FOUND: entry<{ path: string; what: string; hint?: string }>(
    1,
    404,
    (d) => `${d.what} not found: ${d.path}. ${d.hint ?? 'Check the path.'}`,
  ),
  FILE_NOT_READABLE: entry<{ path: string; why: string }>(
    1,
    500,
    (d) => `Cannot read ${d.path}: ${d.why}. Check the file and its permissions.`,
  ),
  OUTPUT_NOT_WRITABLE: entry<{ path: string; why: string }>(
    1,
    500,
    (d) => `Cannot write ${d.path}: ${d.why}. Nothing was left behind; choose a folder that you may write to.`,
  ),
  DISK_FULL: entry<{ path: string; kept?: string }>(1, 507, (d) =>
    d.kept === undefined
      ? `The disk is full: ${d.path} could not be written. Nothing was left behind; free some space or choose another folder.`
      : `The disk is full: ${d.path} could not be finished. ${d.kept} are kept; free some space, and the same command goes on from there.`,
  ),
  DISK_TOO_SMALL: entry<{ path: string; needed: string; free: string }>(
    1,
    507,
    (d) =>
      `There is no room in ${d.path}: ${d.needed} are to be written, and ${d.free} are free. Free some space, or choose another folder.`,
  ),
  OUTPUT_BUSY: entry<{ path: string; owner: string }>(
    1,
    409,
    (d) => `${d.path} is being written already, by ${d.owner}. Wait for it, end it, or choose another output.`,
  ),
  RESUME_MISMATCH: entry<{ path: string; why: string }>(
    2,
    409,
    (d) =>
      `${d.path} was begun in another way and is not complete: ${d.why}. Start it as before to go on, or anew with \`restart\`.`,
  ),
  OUTPUT_TOO_LARGE: entry<{ path: string; bytes: number }>(
    1,
    400,
    (d) =>
      `${d.path} would take ${d.bytes} bytes, and an ONNX file cannot be larger than 2 GB. Let the weights go to an external data file.`,
  ),
  OUTPUT_IS_SOURCE: entry<{ path: string }>(
    2,
    400,
    (d) => `The output ${d.path} is the original itself, and octavec never changes a source. Give another output.`,
  ),

  NOT_ONNX: entry<{ path: string; why: string }>(
    1,
    400,
    (d) =>
      `${d.path} is not an ONNX model: ${d.why}. If it was downloaded, the download may be a web page or incomplete.`,
  ),
  ONNX_CORRUPT: entry<{ path: string; where: string; why: string }>(
    1,
    400,
    (d) => `${d.path} is corrupt at ${d.where}: ${d.why}. Fetch or export the file again.`,
  ),
  ONNX_LIMIT: entry<{ path: string; limit: string; found: string }>(
    1,
    400,
    (d) => `${d.path} goes beyond a safety limit (${d.limit}): ${d.found}. octavec does not open such files.`,
  ),
  ONNX_UNSUPPORTED: entry<{ path: string; what: string; hint: string }>(
    1,
    400,
    (d) => `${d.path}: ${d.what} is not supported. ${d.hint}`,
  ),
  EXTERNAL_DATA: entry<{ path: string; tensor: string; why: string }>(
    1,
    400,
    (d) =>
      `The weights of tensor "${d.tensor}" in ${d.path} cannot be read: ${d.why}. Put the complete external data file beside the model.`,
  ),
  ALREADY_QUANTIZED: entry<{ path: string; found: string }>(
    1,
    400,
    (d) => `${d.path} is quantized already (${d.found}). Start from the full-precision original.`,
  ),
  NOTHING_TO_QUANTIZE: entry<{ path: string; why: string }>(
    1,
    400,
    (d) => `${d.path} has nothing to quantize: ${d.why}. Is it the embedding model that you meant?`,
  ),

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
      `Cannot read ${d.files.map(({ what, path, why }) => `the ${what} ${path}: ${why}`).join('; ')}. Fetch a model with "octavec pull owner/name", make a variant with "octavec quantize", or fix ${d.files.map(({ key, place }) => `${key} in ${place}`).join(', ')}.`,
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

  HUB_NOT_FOUND: entry<{ endpoint: string; what: string; why: string }>(
    1,
    404,
    (d) => `${d.endpoint} does not have ${d.what}: ${d.why}. Check the name; for what is private set HF_TOKEN.`,
  ),
  HUB_DENIED: entry<{ endpoint: string; what: string; why: string }>(
    1,
    403,
    (d) => `${d.endpoint} does not give ${d.what}: ${d.why}. Set HF_TOKEN to the token of an account that has access.`,
  ),
  HUB_UNREACHABLE: entry<{ endpoint: string; what: string; why: string }>(
    1,
    502,
    (d) =>
      `${d.endpoint} cannot be asked for ${d.what}: ${d.why}. Check the network, or HF_ENDPOINT; what was fetched is kept.`,
  ),
  HUB_OFFLINE: entry<{ what: string; cache: string }>(
    1,
    503,
    (d) =>
      `Offline (--offline, HF_HUB_OFFLINE or hub.offline), and the cache ${d.cache} does not have ${d.what}, or not all of it. Fetch it once with the network: "octavec pull".`,
  ),
  HUB_NO_MODEL: entry<{ name: string; looked: string; has: string }>(
    1,
    404,
    (d) =>
      `${d.name} has no model that octavec can take (looked for ${d.looked}); it has ${d.has}. Choose a repository with ONNX files or safetensors, or name files with --include.`,
  ),
  CACHE_DAMAGED: entry<{ folder: string; files: readonly string[] }>(
    1,
    500,
    (d) =>
      `Files in the cache are damaged: ${d.files.join(', ')} in ${d.folder}. Fetch them again with the network: "octavec pull".`,
  ),
  HUB_CORRUPT: entry<{ endpoint: string; what: string }>(
    1,
    502,
    (d) => `What ${d.endpoint} gave for ${d.what} is not what its checksum says. It was thrown away; try again.`,
  ),

  ENGINE_LOAD: entry<{ path: string; why: string }>(
    1,
    500,
    (d) => `The run time cannot load ${d.path}: ${d.why}. Run "octavec inspect" on the file to see what it holds.`,
  ),
  ENGINE_RUN: entry<{ path: string; why: string }>(
    1,
    500,
    (d) => `The run time failed while running ${d.path}: ${d.why}.`,
  ),
  ENGINE_DIED: entry<{ path: string; why: string }>(
    1,
    503,
    (d) =>
      `A worker that ran ${d.path} died: ${d.why}. If memory is short, use a smaller token budget or fewer workers.`,
  ),
  HOST_UNUSABLE: entry<{ problems: string }>(
    1,
    503,
    (d) => `octavec cannot work on this machine: ${d.problems}. "octavec doctor" says what to do.`,
  ),
  ...indexErrors,

  QUEUE_FULL: entry<{ waiting: string; limit: string }>(
    1,
    429,
    (d) =>
      `Too much is waiting to be embedded: ${d.waiting}, and ${d.limit} are allowed. Try again later, or send less at a time.`,
  ),
  CLOSED: entry<{ what: string }>(1, 503, (d) => `This ${d.what} was closed. Load it again before using it.`),
  CANCELLED: entry<{ what: string }>(1, 499, (d) => `Cancelled: ${d.what}.`),

  BATCH_FAILED: entry<{ folder: string; failed: number; total: number; first: string }>(
    1,
    500,
    (d) => `${d.failed} of ${d.total} variants of the models in ${d.folder} could not be made. The first: ${d.first}.`,
  ),
  VARIANT_UNUSABLE: entry<{ path: string; failed: number; total: number; first: string }>(
    1,
    422,
    (d) => `${d.failed} of ${d.total} variants of ${d.path} could not be measured. The first: ${d.first}.`,
  ),
  GATE_REFUSED: entry<{ path: string; failures: string }>(
    3,
    422,
    (d) => `The quality gate refused ${d.path}: ${d.failures}.`,
  ),
  TARGET_MISSED: entry<{ path: string; failures: string }>(
    3,
    422,
    (d) =>
      `No mix of precisions was found that holds the target. The nearest, ${d.path}: ${d.failures}. Ask for less, or write it with \`force\`.`,
  ),
  NOT_COMPARABLE: entry<{ why: string; hint?: string }>(
    1,
    400,
    (d) =>
      `The two models cannot be compared: ${d.why}. ${d.hint ?? 'Compare a candidate with the original that it was made from.'}`,
  ),
} as const;

export type ErrorCode = keyof typeof errorTable;

export type ErrorDetails<Code extends ErrorCode> = Parameters<(typeof errorTable)[Code]['message']>[0];

/** An error that octavec raised on purpose; `code` is a key of the error table and part of the API. */
export class OctavecError<Code extends ErrorCode = ErrorCode> extends Error {
  override readonly name = 'OctavecError';
  readonly code: Code;
  readonly details: ErrorDetails<Code>;

  constructor(code: Code, details: ErrorDetails<Code>, cause?: unknown) {
    const message = errorTable[code].message as (details: ErrorDetails<Code>) => string;
    super(printable(message(details)), cause === undefined ? undefined : { cause });
    this.code = code;
    this.details = details;
  }

  get exitStatus(): ExitStatus {
    return errorTable[this.code].exit;
  }

  get httpStatus(): number {
    return errorTable[this.code].http;
  }
}

/** One line that says what a caught value is, without its stack and without the full stop at its end. */
export function reasonOf(error: unknown): string {
  const reason = error instanceof Error ? error.message : String(error);
  return printable(reason).trim().replace(/\.$/, '');
}
