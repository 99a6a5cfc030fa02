/** Something that is stored: a file of a folder, an object of a bucket. */
export interface StoredObject {
  /** Its name below the store's root, with slashes. */
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** Differs when the content differs: the entity tag of S3, or time and size of a file. */
  readonly etag: string;
}

/** Where inputs lie and outputs go: a folder, or a bucket with a prefix. */
export interface Store {
  /** "s3://bucket/prefix", or the folder's path. */
  readonly uri: string;
  /** Names an object in errors. */
  nameOf(key: string): string;
  /** Lists the objects whose keys begin with a prefix, in the order of the keys. */
  list(prefix: string): Promise<StoredObject[]>;
  /** Finds an object; undefined if there is none. */
  find(key: string): Promise<StoredObject | undefined>;
  /** Reads bytes from `start` up to, not including, `end`, piece by piece. */
  stream(object: StoredObject, start: number, end: number): AsyncIterable<Uint8Array>;
  /** Puts a local file there, whole or not at all. */
  putFile(key: string, path: string, sha256: string): Promise<void>;
  /** Puts a small object there, in the place of what there may be. */
  put(key: string, content: string): Promise<void>;
  /** Puts an object only if there is none: of several who try at once, one succeeds and gets `true`. */
  putIfAbsent(key: string, content: string): Promise<boolean>;
  /** Removes an object; one that is not there is no error. */
  remove(key: string): Promise<void>;
}

/**
 * Reads all bytes between two places of an object.
 *
 * @throws what the store throws
 */
export async function readBytes(store: Store, object: StoredObject, start = 0, end = object.size): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of store.stream(object, start, end)) {
    pieces.push(piece);
  }
  return pieces.length === 1 ? pieces[0] : Buffer.concat(pieces);
}

/** Reads the text of a small object; undefined if there is none. */
export async function readText(store: Store, key: string): Promise<string | undefined> {
  const object = await store.find(key);
  return object && Buffer.from(await readBytes(store, object)).toString('utf8');
}
