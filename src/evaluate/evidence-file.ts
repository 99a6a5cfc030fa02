import { readText, writeOutputFile } from '../files/index.js';
import type { Evidence } from './evidence.js';

/** Names the file of the evidence of a variant: "onnx/model_int8.onnx" → "onnx/model_int8.evidence.json". */
export function evidencePath(variantPath: string): string {
  return `${variantPath.replace(/\.onnx$/, '')}.evidence.json`;
}

/**
 * Writes the evidence of a variant beside it.
 *
 * @throws OUTPUT_NOT_WRITABLE, DISK_FULL
 */
export async function writeEvidence(path: string, evidence: Evidence): Promise<void> {
  await writeOutputFile(path, evidenceAsJson(evidence));
}

/**
 * Formats evidence as JSON, indented, but with lists of numbers on one line, for they are long. (No line ends within a
 * JSON string.)
 */
export function evidenceAsJson(evidence: Evidence): string {
  const numberList = /\[\n\s*(?:(?:null|-?[\d.e+-]+),\s*)*(?:null|-?[\d.e+-]+)\s*\]/g;
  return `${JSON.stringify(evidence, null, 2).replace(numberList, (list) => list.replaceAll(/\s+/g, ''))}\n`;
}

/**
 * Reads the evidence of a variant.
 *
 * @throws FILE_NOT_READABLE, CONFIG_INVALID
 */
export async function readEvidence(path: string): Promise<Evidence> {
  const text = await readText(path);
  const { parseEvidence } = await import('./evidence-schema.js');
  return parseEvidence(text, path);
}
