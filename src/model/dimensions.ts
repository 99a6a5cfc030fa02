import { join } from 'node:path';
import { isRecord } from '../base/index.js';
import { maybeJson } from '../files/index.js';

/**
 * Returns the dimensions of a model's vectors by the configuration of its folder, or undefined where that does not say.
 */
export async function dimensionsOf(folder: string): Promise<number | undefined> {
  const numberIn = (settings: unknown, ...keys: readonly string[]) =>
    isRecord(settings) ? keys.map((key) => settings[key]).find((value) => typeof value === 'number') : undefined;
  return (
    numberIn(
      await maybeJson(join(folder, '1_Pooling', 'config.json')),
      'embedding_dimension',
      'word_embedding_dimension',
    ) ?? numberIn(await maybeJson(join(folder, 'config.json')), 'hidden_size', 'dim')
  );
}
