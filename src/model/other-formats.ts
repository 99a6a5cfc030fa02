import { open, readdir } from 'node:fs/promises';
import { extname } from 'node:path';
import { OctavecError } from '../base/index.js';

/** What people take for a model that octavec can run, and the way to one. */
interface OtherFormat {
  readonly what: string;
  readonly hint: string;
}

const convert =
  'Give the model\'s folder to "octavec convert", or export it with "optimum-cli export onnx --model <folder> <new folder>".';
const original =
  'Take the original of the model from the hub ("octavec pull owner/name"); octavec quantizes it itself.';

const pytorch: OtherFormat = { what: 'a checkpoint of PyTorch', hint: convert };
const safetensors: OtherFormat = { what: 'weights in safetensors format, without the graph', hint: convert };
const gguf: OtherFormat = { what: 'a GGUF file for llama.cpp', hint: original };
const tensorflow: OtherFormat = { what: 'a model of TensorFlow, Keras or Flax', hint: convert };
const mobile: OtherFormat = { what: 'a model for another run time', hint: original };
const archive: OtherFormat = { what: 'an archive', hint: 'Unpack it, and give the folder.' };
const text: OtherFormat = { what: "one of a model's text files", hint: 'Give the folder that it is in.' };

const formats: Readonly<Record<string, OtherFormat>> = {
  ...allOf(pytorch, '.pt', '.pth', '.bin', '.ckpt'),
  '.safetensors': safetensors,
  ...allOf(gguf, '.gguf', '.ggml'),
  ...allOf(tensorflow, '.h5', '.keras', '.pb', '.msgpack'),
  ...allOf(mobile, '.tflite', '.mlmodel', '.mlpackage', '.ort', '.engine', '.plan', '.xml'),
  ...allOf(archive, '.zip', '.tar', '.gz', '.tgz', '.7z', '.zst'),
  ...allOf(text, '.json', '.txt', '.md', '.py'),
};

function allOf(format: OtherFormat, ...extensions: readonly string[]): Record<string, OtherFormat> {
  return Object.fromEntries(extensions.map((extension) => [extension, format]));
}

/** The first byte of an ONNX file: the field of its version. */
const onnxStart = 0x08;

/**
 * Refuses a file that is a model in another format, whatever its name. What is not recognised is left to whoever reads it.
 *
 * @throws OTHER_FORMAT
 */
export async function refuseOtherFormat(path: string): Promise<void> {
  const start = await firstBytes(path, 16);
  const extension = extname(path).toLowerCase();
  const format = formatOfContent(start) ?? (start[0] === onnxStart ? undefined : formats[extension]);
  if (format !== undefined) {
    throw new OctavecError('OTHER_FORMAT', { path, ...format });
  }
}

/** Recognises formats by their first bytes, where these are unmistakable. */
function formatOfContent(start: Buffer): OtherFormat | undefined {
  if (start.toString('latin1', 0, 4) === 'GGUF') {
    return gguf;
  }
  // The length of a header in eight bytes, and JSON.
  if (start.length > 8 && start[8] === 0x7b && start.readUInt32LE(4) === 0) {
    return safetensors;
  }
  return undefined;
}

async function firstBytes(path: string, count: number): Promise<Buffer> {
  try {
    await using file = await open(path);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(count), 0, count, 0);
    return buffer.subarray(0, bytesRead);
  } catch {
    // What cannot be read is told by whoever reads it.
    return Buffer.alloc(0);
  }
}

/**
 * Says what a folder without ONNX files holds, and what to do about it; undefined if nothing is known of its contents.
 */
export async function hintForFolder(folder: string): Promise<string | undefined> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  if (entries.length === 0) {
    return 'The folder is empty. Fetch a model with "octavec pull owner/name", and give its name.';
  }
  const names = entries.map(({ name }) => name.toLowerCase());
  const has = (extension: string) => names.find((name) => name.endsWith(extension));
  for (const extension of ['.safetensors', '.gguf', '.bin', '.pt', '.pth', '.h5', '.msgpack', '.tflite']) {
    const name = has(extension);
    if (name !== undefined) {
      const { what, hint } = formats[extension];
      return `It holds ${name}: ${what}. ${hint}`;
    }
  }
  return names.includes('modules.json') || names.includes('config.json')
    ? 'It holds the configuration of a model, and no weights: fetch all of it, with "octavec pull owner/name".'
    : undefined;
}
