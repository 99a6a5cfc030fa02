import { join } from 'node:path';
import { exists } from '../../files/index.js';
import { readModules, refuseOtherStart, transformerFolder } from '../../model/index.js';

/**
 * Returns where a model's encoder stands, with its configuration, weights and tokenizer: older folders of
 * sentence-transformers have it in a folder of its own, "0_Transformer".
 *
 * @throws CONFIG_INVALID, FILE_NOT_READABLE, MODEL_UNSUPPORTED
 */
export async function encoderHome(folder: string): Promise<string> {
  const modules = await readModules(folder);
  refuseOtherStart(folder, modules);
  const own = transformerFolder(folder, modules);
  return (await exists(join(own, 'config.json'))) ? own : folder;
}
