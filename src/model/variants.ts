import { basename, dirname, join } from 'node:path';

/**
 * Names of a model's files by precision, as users of the Hugging Face hub know them: `onnx/model_int8.onnx` in a
 * folder, `NAME-INT8.onnx` beside a single file.
 */

/** The variants that octavec makes, and the original (`fp32`). */
export const variantNames = ['fp32', 'fp16', 'int8', 'int8_static', 'q8', 'q4', 'auto'] as const;
export type Variant = (typeof variantNames)[number];

/** Names that other tools give to their variants. They are understood when met, never written. */
const foreignVariantNames = ['quantized', 'uint8', 'q4f16', 'bnb4', 'q2', 'q2f16', 'q1', 'q1f16'];
const foreignVariantPattern = /^(O[1-4]|qu?int8_[a-z0-9_]+)$/;

/** Whether a word names a variant, octavec's own or one met on the hub ("int8", "quantized", "qint8_avx512_vnni"). */
export function isVariantName(word: string): boolean {
  return (
    (variantNames as readonly string[]).includes(word) ||
    foreignVariantNames.includes(word) ||
    foreignVariantPattern.test(word)
  );
}

/** "model_int8.onnx"; "model.onnx" for `fp32`. */
export function variantFileName(variant: string): string {
  return variant === 'fp32' ? 'model.onnx' : `model_${variant}.onnx`;
}

/** Where a variant stands in a model folder: "FOLDER/onnx/model_int8.onnx". */
export function variantPath(folder: string, variant: string): string {
  return join(folder, 'onnx', variantFileName(variant));
}

/** Where a variant of a single file stands: "a/gte.onnx" → "a/gte-INT8.onnx". */
export function singleFileVariantPath(source: string, variant: string): string {
  const name = basename(source).replace(/\.onnx$/i, '');
  const current = dashedVariant(name);
  const stem = current === undefined ? name : name.slice(0, -current.length - 1);
  return join(dirname(source), `${stem}-${variant.toUpperCase()}.onnx`);
}

/** The variant that a file's name speaks of; undefined for names that follow neither pattern ("encoder.onnx"). */
export function variantOfPath(path: string): string | undefined {
  const name = basename(path).replace(/\.onnx$/i, '');
  if (name === 'model') {
    return 'fp32';
  }
  const word = name.startsWith('model_') ? name.slice('model_'.length) : dashedVariant(name);
  return word !== undefined && isVariantName(word) ? word : undefined;
}

/** "int8" for "gte-INT8". */
function dashedVariant(name: string): string | undefined {
  const word = /-([A-Za-z0-9_]+)$/.exec(name)?.[1].toLowerCase();
  return word !== undefined && isVariantName(word) ? word : undefined;
}
