import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Returns the dimensions of a model's vectors by the configuration of its folder, or undefined where that does not say.
 */
export async function dimensionsOf(folder: string): Promise<number | undefined> {
  const pooling = await readJson(join(folder, '1_Pooling', 'config.json'));
  const config = await readJson(join(folder, 'config.json'));
  const dimensions =
    pooling?.embedding_dimension ?? pooling?.word_embedding_dimension ?? config?.hidden_size ?? config?.dim;
  return typeof dimensions === 'number' ? dimensions : undefined;
}

async function readJson(path: string): Promise<Record<string, unknown> | undefined> {
  return readFile(path, 'utf8')
    .then(
      (text) => JSON.parse(text) as Record<string, unknown>,
      () => undefined,
    )
    .catch(() => undefined);
}
