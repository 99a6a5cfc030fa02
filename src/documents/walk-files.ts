import type { Dirent, Stats } from 'node:fs';
import { lstat, readdir, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { asReadError, codeOf, reasonOf } from '../base/index.js';

/** A file or folder that documents come from. */
export interface DocumentRoot {
  /** What the ids of its documents begin with. */
  readonly name: string;
  /** Where it is, as an absolute path. */
  readonly path: string;
}

/** A file below a root. */
export interface FoundFile {
  /** "docs/guide/start.md": the root's name and the way from there, with slashes on every system. */
  readonly id: string;
  readonly path: string;
  readonly bytes: number;
}

/** What was passed over, and why. */
export interface SkippedFile {
  /** The id that the file would have, or that of a folder. */
  readonly id: string;
  /** Path of the file. */
  readonly path: string;
  /** Why it was not read. */
  readonly reason: string;
}

/** What belongs to tools rather than to readers. */
const ignoredFolders = new Set(['node_modules', '__pycache__', 'target', 'dist']);

/** What stands in the folder of an index, and in no other: in a folder of segments, and in one of LanceDB. */
const indexContents = [
  ['index.json', 'index.backup.json', 'segments'],
  ['octavec.lance', 'chunks.lance'],
];

/**
 * Walks the files of a root in the order of their names. Hidden files, folders of tools such as node_modules, and
 * indexes are skipped silently. Symbolic links below a root are not followed, so nothing outside of it is read, and no loop can
 * form.
 *
 * @throws FILE_NOT_FOUND for a root that is not there
 */
export async function* walkFiles(
  root: DocumentRoot,
  onSkipped: (file: SkippedFile) => void,
): AsyncGenerator<FoundFile, void, undefined> {
  const facts = await checkRoot(root);
  if (facts.isDirectory()) {
    yield* walkFolder(root.path, root.name, onSkipped);
  } else if (facts.isFile()) {
    yield { id: root.name, path: root.path, bytes: facts.size };
  } else {
    onSkipped({ id: root.name, path: root.path, reason: 'it is not a file' });
  }
}

/**
 * Checks that a root is there.
 *
 * @throws FILE_NOT_FOUND, FILE_NOT_READABLE
 */
export function checkRoot({ path }: DocumentRoot): Promise<Stats> {
  return stat(path).catch((error: unknown) => {
    throw asReadError(error, path, 'File or folder of documents');
  });
}

async function* walkFolder(
  folder: string,
  id: string,
  onSkipped: (file: SkippedFile) => void,
): AsyncGenerator<FoundFile, void, undefined> {
  let entries: Dirent[];
  try {
    entries = await readdir(folder, { withFileTypes: true });
  } catch (error) {
    onSkipped({ id, path: folder, reason: reasonOfSystem(error) });
    return;
  }
  const names = new Set(entries.map(({ name }) => name));
  if (indexContents.some((contents) => contents.every((name) => names.has(name)))) {
    return;
  }
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.name.startsWith('.') || (entry.isDirectory() && ignoredFolders.has(entry.name))) {
      continue;
    }
    if (entry.isDirectory()) {
      yield* walkFolder(path, `${id}/${entry.name}`, onSkipped);
    } else if (entry.isFile()) {
      const facts = await lstat(path).catch(() => undefined);
      if (facts !== undefined) {
        yield { id: `${id}/${entry.name}`, path, bytes: facts.size };
      }
    } else {
      onSkipped({
        id: `${id}/${entry.name}`,
        path,
        reason: entry.isSymbolicLink() ? 'it is a symbolic link' : 'it is not a file',
      });
    }
  }
}

/** Returns the root of a path, named by its last part. */
export function rootOf(path: string): DocumentRoot {
  const absolute = resolve(path);
  return { name: basename(absolute) || 'root', path: absolute };
}

/** Describes an error of the file system without the path, which stands beside it. */
export function reasonOfSystem(error: unknown): string {
  const code = codeOf(error);
  return code === 'EACCES' || code === 'EPERM' ? 'permission denied' : reasonOf(error).replace(/, \w+ '.*'$/, '');
}
