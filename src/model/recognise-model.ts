import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { ModelConfig } from './input-limits.js';
import { findKnownModel, type KnownModel } from './known-models.js';

/** A well-known model, and what it was recognised by. */
export interface RecognisedModel {
  readonly model: KnownModel;
  /** "the folder's name", "base_model of README.md" */
  readonly by: string;
}

/** Finds out which well-known model a folder holds: by its name, by its model card, by the configuration's `_name_or_path`. */
export async function recogniseModel(
  folder: string,
  config: ModelConfig | undefined,
): Promise<RecognisedModel | undefined> {
  const names: (readonly [string, string])[] = [
    ...folderNames(folder).map((name) => [name, "the folder's name"] as const),
    ...(await cardNames(folder)),
    [config?._name_or_path ?? '', '_name_or_path of config.json'],
  ];
  for (const [name, by] of names) {
    const model = findKnownModel(name);
    if (model !== undefined) {
      return { model, by };
    }
  }
  return undefined;
}

/**
 * Returns the folder's own name and, in the cache of the hub, the repository's:
 * "models--BAAI--bge-m3/snapshots/5617a9f".
 */
function folderNames(folder: string): string[] {
  const repository = /(?:^|[/\\])models--([^/\\]+)[/\\]snapshots[/\\][^/\\]+$/.exec(folder)?.[1];
  return [basename(folder), ...(repository === undefined ? [] : [repository.replaceAll('--', '/')])];
}

/** Longer ones hold results of benchmarks, behind what is sought. */
const mostCardCharacters = 4 * 1024 * 1024;

/** Reads the names at the head of the model card: that in its results, and that of the model that it was made from. */
async function cardNames(folder: string): Promise<(readonly [string, string])[]> {
  const card = (await readFile(join(folder, 'README.md'), 'utf8').catch(() => '')).slice(0, mostCardCharacters);
  const head = (/^\uFEFF?---\r?\n([\s\S]*?)\r?\n---/.exec(card)?.[1] ?? '').replaceAll('\r\n', '\n');
  const result = /^model-index:\s*\n\s*-\s*name:\s*(.+)$/m.exec(head)?.[1];
  const base = /^base_model:[ \t]*(?:\n\s*-\s*)?(.+)$/m.exec(head)?.[1];
  return [
    [unquoted(result), 'the model card'],
    [unquoted(base), 'base_model of the model card'],
  ];
}

function unquoted(value = ''): string {
  return value.trim().replace(/^(["'])(.*)\1$/, '$2');
}
