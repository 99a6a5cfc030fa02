import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, link, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { codeOf, isMissing, reasonOf } from '../../base/index.js';
import { asOutputError, filesBelow, makeFolders, writeOutputFile } from '../../files/index.js';
import type { Store, StoredObject } from './store.js';
import { inputChanged, storeError } from './store-error.js';

/** Opens a folder as a store. Missing folders are made when something is put into them. */
export function folderStore(root: string): Store {
  const pathOf = (key: string) => join(root, ...key.split('/'));
  const find = async (key: string): Promise<StoredObject | undefined> => {
    const facts = await stat(pathOf(key), { bigint: true }).catch(unlessMissing(pathOf(key)));
    return facts?.isFile() ? { key, size: Number(facts.size), etag: `${facts.mtimeNs}-${facts.size}` } : undefined;
  };
  return {
    uri: root,
    nameOf: pathOf,
    find,
    list: async (prefix) => {
      const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
      const names = await filesBelow(join(root, folder)).catch(unlessMissing(root));
      const keys = (names ?? []).map((name) => `${folder}${name}`).filter((key) => key.startsWith(prefix));
      const found = await Promise.all(keys.map(find));
      return found.filter((object) => object !== undefined);
    },
    stream: (object, start, end) => streamOf(pathOf(object.key), object, find, start, end),
    putFile: (key, path) => placeBeside(pathOf(key), async (temporary) => copyFile(path, temporary)),
    put: (key, content) => writeOutputFile(pathOf(key), content),
    putIfAbsent: async (key, content) => {
      let isNew = true;
      await placeBeside(
        pathOf(key),
        async (temporary) => {
          const file = await open(temporary, 'wx');
          await file.writeFile(content);
          await file.sync();
          await file.close();
        },
        async (temporary, target) => {
          // A link fails where there is something already, and shows the whole content where there is not.
          await link(temporary, target).catch((error: unknown) => {
            if (codeOf(error) !== 'EEXIST') {
              throw error;
            }
            isNew = false;
          });
          await rm(temporary, { force: true });
        },
      );
      return isNew;
    },
    remove: (key) => rm(pathOf(key), { force: true }),
  };
}

async function* streamOf(
  path: string,
  object: StoredObject,
  find: Store['find'],
  start: number,
  end: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  if ((await find(object.key))?.etag !== object.etag) {
    throw inputChanged(path);
  }
  if (start >= end) {
    return;
  }
  try {
    yield* createReadStream(path, { start, end: end - 1, highWaterMark: 2 ** 18 });
  } catch (error) {
    throw storeError(path, 'read', reasonOf(error), error);
  }
}

/** Makes a file under a temporary name in the target's folder, then gives it its name. */
async function placeBeside(
  target: string,
  make: (temporary: string) => Promise<void>,
  place: (temporary: string, target: string) => Promise<void> = rename,
): Promise<void> {
  const temporary = `${target}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    await makeFolders(dirname(target));
    await make(temporary);
    await place(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw asOutputError(error, target);
  }
}

/** Turns the error of a missing file into undefined; other errors are thrown. */
function unlessMissing(path: string) {
  return (error: unknown): undefined => {
    if (!isMissing(error)) {
      throw storeError(path, 'read', reasonOf(error), error);
    }
  };
}
