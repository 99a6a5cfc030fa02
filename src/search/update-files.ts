import { existsSync } from 'node:fs';
import { OctavecError } from '../base/index.js';
import {
  type DocumentRoot,
  type DocumentSource,
  readDocuments,
  rootOf,
  type SkippedFile,
  walkFiles,
} from '../documents/index.js';
import type { IndexManifest } from '../store/index.js';
import type { UpdateOptions } from './index-options.js';
import { presentPath } from './lasting-path.js';

const defaults = { maxFileBytes: 32_000_000, field: 'text' } as const;

/** Returns sources with the paths that they have now: an index may have been moved together with what stands beside it. */
export function presentSources(
  sources: IndexManifest['sources'],
  folder: string | undefined,
): IndexManifest['sources'] {
  return sources.map((source) => ({ ...source, path: presentPath(source, folder) }));
}

/**
 * Returns the roots of an update: those given, else all that the index was made from. A new path gets the name of its
 * last part, and takes the place of one of that name that is no longer there.
 *
 * @throws USAGE for two roots of the same name
 */
export function rootsOf(paths: readonly string[], sources: IndexManifest['sources']): DocumentRoot[] {
  const roots = paths.length === 0 ? [...sources] : paths.map(rootOf);
  if (roots.length === 0) {
    throw new OctavecError('USAGE', { problem: 'Nothing is given to index', hint: 'Name files or folders.' });
  }
  const known = new Map(sources.map(({ name, path }) => [name, path]));
  for (const { name, path } of roots) {
    const other = known.get(name) ?? path;
    if (other !== path && existsSync(other)) {
      throw new OctavecError('USAGE', {
        problem: `${other} and ${path} are both called "${name}", and their documents could not be told apart`,
        hint: 'Index the folder above them, or rename one.',
      });
    }
    known.set(name, path);
  }
  return [...new Map(roots.map((root) => [root.name, root])).values()];
}

/** Yields the documents below roots, one after the other. */
export async function* documentsBelow(
  roots: readonly DocumentRoot[],
  { maxFileBytes = defaults.maxFileBytes, field = defaults.field }: UpdateOptions,
  onSkipped: (file: SkippedFile) => void,
): AsyncGenerator<DocumentSource, void, undefined> {
  for (const root of roots) {
    for await (const file of walkFiles(root, onSkipped)) {
      yield* readDocuments(file, { maxFileBytes, field, onSkipped });
    }
  }
}

/** Lists documents of the roots that were not met again. What could not be read this time is not gone. */
export function goneDocuments(
  ids: Iterable<string>,
  roots: readonly DocumentRoot[],
  seen: ReadonlySet<string>,
  skipped: readonly SkippedFile[],
): string[] {
  const below = (id: string, place: string) => id === place || id.startsWith(`${place}/`) || id.startsWith(`${place}#`);
  return [...ids].filter(
    (id) => !seen.has(id) && roots.some(({ name }) => below(id, name)) && !skipped.some((file) => below(id, file.id)),
  );
}
