import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { packagePath } from '../base/index.js';

/** Reads octavec's own texts for tuning static models: example sentences of WordNet, see datasets/ATTRIBUTION.md. */
export async function embeddedTexts(): Promise<string[]> {
  const bytes = await readFile(packagePath('datasets/wordnet-examples.txt.gz'));
  return gunzipSync(bytes).toString('utf8').split('\n');
}
