import { OctavecError } from '../base/index.js';
import type { IndexManifest } from './manifest.js';

/**
 * Checks that tables which were made for vectors of one kind and length are given the same again.
 *
 * @throws INDEX_OTHER_SETTINGS
 */
export function checkLayout(path: string, made: IndexManifest, given: IndexManifest): void {
  const [known, come] = [made, given].map(({ vectors, model }) => `${vectors} of ${model.dimensions}`);
  if (known !== come) {
    const why = `its vectors are ${known} dimensions, and those of ${come} come`;
    throw new OctavecError('INDEX_OTHER_SETTINGS', { path, why });
  }
}
