import { access, constants, stat } from 'node:fs/promises';
import { type ErrorDetails, OctavecError, reasonOf } from '../base/index.js';
import { type ConfigurationLayer, lineOfKey, mergedConfiguration } from '../config/index.js';

/** Files that `[embedding]` may name, as messages call them. */
const fileKeys = {
  quantized_model_path: 'ONNX file',
  tokenizer_path: 'tokenizer',
  tokenizer_config_path: 'configuration of the tokenizer',
} as const;

/**
 * Looks whether the files are there that a configuration names for embedding.
 *
 * @throws CONFIGURED_FILE, which names all that are not, each with its key, the file and the line
 */
export async function checkConfiguredFiles(layers: readonly ConfigurationLayer[]): Promise<void> {
  const { embedding = {} } = mergedConfiguration(layers);
  const files: ErrorDetails<'CONFIGURED_FILE'>['files'][number][] = [];
  for (const [name, what] of Object.entries(fileKeys)) {
    const path = embedding[name as keyof typeof fileKeys];
    const why = path === undefined ? undefined : await whyUnreadable(path, name !== 'tokenizer_config_path');
    if (path !== undefined && why !== undefined) {
      const key = `embedding.${name}`;
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
  const isSet = ({ values }: ConfigurationLayer) =>
    path.reduce<unknown>((value, part) => (value as Record<string, unknown> | undefined)?.[part], values) !== undefined;
  const layer = [...layers].reverse().find(isSet);
  if (layer?.file === undefined) {
    return layer === undefined ? 'the configuration' : 'the environment';
  }
  const line = lineOfKey(layer.text ?? '', path);
  return line === undefined ? layer.file : `${layer.file}, line ${line}`;
}

async function whyUnreadable(path: string, mayBeFolder: boolean): Promise<string | undefined> {
  try {
    const found = await stat(path);
    await access(path, constants.R_OK);
    return found.isDirectory() && !mayBeFolder ? 'it is a folder' : undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' || code === 'ENOTDIR' ? 'no such file' : reasonOf(error);
  }
}
