import { join } from 'node:path';
import { cacheFolder } from '../files/index.js';

/** Returns where variants of a model of the hub are made: octavec's own folder, never the shared cache. */
export function variantsFolder(id: string, commit: string): string {
  return join(cacheFolder(), 'models', id.replace('/', '--'), commit);
}
