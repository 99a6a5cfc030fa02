import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A text with the token ids and the vector that sentence-transformers (PyTorch, FP32) gives for all-MiniLM-L6-v2. */
export interface GoldenText {
  readonly text: string;
  readonly ids: readonly number[];
  readonly embedding: readonly number[];
}

export const goldenTexts: readonly GoldenText[] = JSON.parse(
  readFileSync(new URL('../golden/minilm.golden.json', import.meta.url), 'utf8'),
).items;

/** The embedded model: all-MiniLM-L6-v2 with FP16 weights. */
export const embeddedModel = fileURLToPath(new URL('../../models/all-MiniLM-L6-v2', import.meta.url));
