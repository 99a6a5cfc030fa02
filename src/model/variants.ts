import { basename, dirname, join } from 'node:path';

/**
 * Names of a model's files by precision, as users of the Hugging Face hub know them: `onnx/model_int8.onnx` in a
 * folder, `NAME-INT8.onnx` beside a single file.
 */

/** Words for a precision: "fp16", "int8_static", "q4", and on the hub "uint8", "q4f16", "bnb4", "qint8_avx512_vnni". */
const precisionPattern = /^(fp|u?int|qu?int|q|bnb)\d+(f\d+)?(_[a-z0-9_]+)?$/;

/** Names that say of a file that something was done to it, but not what. */
const otherPattern = /^(auto|quantized|O[1-4])$/;

/** Tells whether a word names a variant: one that octavec makes, or one met on the hub. */
export function isVariantName(word: string): boolean {
  return precisionPattern.test(word) || otherPattern.test(word);
}

/** Names the file of a variant: "model_int8.onnx", or "model.onnx" for `fp32`. */
export function variantFileName(variant: string): string {
  return variant === 'fp32' ? 'model.onnx' : `model_${variant}.onnx`;
}

/** Returns the path of a variant in a model folder: "FOLDER/onnx/model_int8.onnx". */
export function variantPath(folder: string, variant: string): string {
  return join(folder, 'onnx', variantFileName(variant));
}

/** Returns the path of a variant of a single file: "a/gte.onnx" → "a/gte-INT8.onnx". */
export function singleFileVariantPath(source: string, variant: string): string {
  const name = basename(source).replace(/\.onnx$/i, '');
  const current = dashedVariant(name);
  const stem = current === undefined ? name : name.slice(0, -current.length - 1);
  return join(dirname(source), `${stem}-${variant.toUpperCase()}.onnx`);
}

/**
 * Returns the variant that a file's name states, or undefined for names that follow neither pattern ("encoder.onnx").
 */
export function variantOfPath(path: string): string | undefined {
  const name = basename(path).replace(/\.onnx$/i, '');
  if (name === 'model') {
    return 'fp32';
  }
  const word = name.startsWith('model_') ? name.slice('model_'.length) : dashedVariant(name);
  return word !== undefined && isVariantName(word) ? word : undefined;
}

/** Returns "int8" for "gte-INT8". */
function dashedVariant(name: string): string | undefined {
  const word = /-([A-Za-z0-9_]+)$/.exec(name)?.[1].toLowerCase();
  return word !== undefined && isVariantName(word) ? word : undefined;
}
