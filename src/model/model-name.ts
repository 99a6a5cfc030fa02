import { basename, dirname } from 'node:path';
import { variantOfPath } from './variants.js';

/**
 * Names a model by its path: a folder by its own name, a file in it by the folder's, a file that stands alone by its
 * own without the precision, and a folder of the hub's cache by the name of its repository.
 *
 * @param path absolute
 * @example
 * ```ts
 * modelName('/models/gte/onnx/model_int8.onnx'); // "gte"
 * modelName('/models/gte-INT8.onnx'); // "gte"
 * ```
 */
export function modelName(path: string): string {
  const cached = /[/\\]models--(?:[^/\\]+--)?([^/\\]+)[/\\]snapshots[/\\]/.exec(path)?.[1];
  if (cached !== undefined) {
    return cached;
  }
  const last = basename(path);
  if (!last.endsWith('.onnx')) {
    return last;
  }
  if (/^model(_|\.)/.test(last)) {
    const folder = dirname(path);
    return basename(basename(folder) === 'onnx' ? dirname(folder) : folder);
  }
  const variant = variantOfPath(last);
  const stem = last.replace(/\.onnx$/, '');
  return variant === undefined ? stem : stem.slice(0, -variant.length - 1);
}
