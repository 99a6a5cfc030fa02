import { access, constants, stat } from 'node:fs/promises';
import { type ErrorDetails, isMissing, OctavecError, reasonOf } from '../base/index.js';
import { type ConfigurationLayer, lineOfKey, mergedConfiguration } from '../config/index.js';

/** Files that `[embedding]` may name, as messages call them. */
const embeddingFiles: Readonly<Record<string, string>> = {
  'embedding.quantized_model_path': 'ONNX file',
  'embedding.tokenizer_path': 'tokenizer',
  'embedding.tokenizer_config_path': 'configuration of the tokenizer',
};

/** The same of all keys. */
const allFiles: Readonly<Record<string, string>> = {
  ...embeddingFiles,
  texts: 'file of texts',
  calibration: 'file of texts',
  'server.apiKeyFile': 'file of keys',
  'server.tlsCert': 'certificate',
  'server.tlsKey': 'key of the certificate',
};

const mayBeFolders: ReadonlySet<string> = new Set(['embedding.quantized_model_path', 'embedding.tokenizer_path']);

/**
 * Looks whether the files are there that a configuration names.
 *
 * @param of those that embedding needs, or all
 * @throws CONFIGURED_FILE, which names all that are not, each with its key, the file and the line
 */
export async function checkConfiguredFiles(
  layers: readonly ConfigurationLayer[],
  of: 'embedding' | 'everything' = 'embedding',
): Promise<void> {
  const configuration = mergedConfiguration(layers);
  const files: ErrorDetails<'CONFIGURED_FILE'>['files'][number][] = [];
  for (const [key, what] of Object.entries(of === 'embedding' ? embeddingFiles : allFiles)) {
    const path = valueAt(configuration, key.split('.'));
    const why = typeof path === 'string' ? await whyUnreadable(path, mayBeFolders.has(key)) : undefined;
    if (typeof path === 'string' && why !== undefined) {
      files.push({ what, path, why, key, place: placeOfKey(layers, key) });
    }
  }
  if (files.length > 0) {
    throw new OctavecError('CONFIGURED_FILE', { files });
  }
}

/** Returns where the value of a key that counts is set: "config.toml, line 4". */
export function placeOfKey(layers: readonly ConfigurationLayer[], key: string): string {
  const path = key.split('.');
  const layer = [...layers].reverse().find(({ values }) => valueAt(values, path) !== undefined);
  if (layer?.file === undefined) {
    return layer === undefined ? 'the configuration' : 'the environment';
  }
  const line = lineOfKey(layer.text ?? '', path);
  return line === undefined ? layer.file : `${layer.file}, line ${line}`;
}

function valueAt(values: object, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, part) => (value as Record<string, unknown> | undefined)?.[part], values);
}

async function whyUnreadable(path: string, mayBeFolder: boolean): Promise<string | undefined> {
  try {
    const found = await stat(path);
    await access(path, constants.R_OK);
    return found.isDirectory() && !mayBeFolder ? 'it is a folder' : undefined;
  } catch (error) {
    return isMissing(error) ? 'no such file' : reasonOf(error);
  }
}
