import { join } from 'node:path';
import { exists } from '../../files/index.js';
import { readModules, transformerFolder } from '../../model/index.js';

/**
 * Returns where a model's encoder stands, with its configuration, weights and tokenizer: older folders of
 * sentence-transformers have it in a folder of its own, "0_Transformer".
 *
 * @throws CONFIG_INVALID, FILE_NOT_READABLE
 */
export async function encoderHome(folder: string): Promise<string> {
  const own = transformerFolder(folder, await readModules(folder));
  return (await exists(join(own, 'config.json'))) ? own : folder;
}
