import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { OctavecError } from '../base/index.js';
import { variantPath } from '../model/index.js';
import type { ConversionType } from './conversion-type.js';

export interface ConversionTarget {
  readonly onnxPath: string;
  /** The folder that is to become a whole model. */
  readonly folder?: string;
}

/** Returns where the file goes, and the folder if it is to become a whole model. */
export function targetOf(source: string, output: string | undefined, dtype: ConversionType): ConversionTarget {
  if (output === undefined || resolve(output) === source) {
    return { onnxPath: variantPath(source, dtype) };
  }
  const path = resolve(output);
  return path.endsWith('.onnx') ? { onnxPath: path } : { onnxPath: variantPath(path, dtype), folder: path };
}

/** Returns the path of the proof beside a file. */
export function conversionPath(onnxPath: string): string {
  return `${onnxPath.replace(/\.onnx$/, '')}.conversion.json`;
}

/**
 * Refuses to replace a file that octavec did not make.
 *
 * @throws OUTPUT_NOT_WRITABLE
 */
export function refuseForeign(onnxPath: string): void {
  if (existsSync(onnxPath) && !existsSync(conversionPath(onnxPath))) {
    const why = 'it is there already, and octavec did not make it';
    throw new OctavecError('OUTPUT_NOT_WRITABLE', { path: onnxPath, why });
  }
}

/** Moves the files into place, external data first: the model refers to them. */
export async function moveInto([onnx, ...data]: readonly string[], target: string): Promise<void> {
  for (const path of data) {
    await rename(path, join(target, '..', basename(path)));
  }
  await rename(onnx, target);
  if (data.length === 0) {
    // Of an earlier file of that name.
    await rm(`${target}_data`, { force: true });
  }
}
