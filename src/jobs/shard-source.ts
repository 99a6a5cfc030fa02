import { OctavecError } from '../base/index.js';
import type { SkippedText } from '../bulk/index.js';
import { openPart, type RandomAccessFile, type TextRecord, type TextSource } from '../texts/index.js';
import type { Job } from './job.js';
import { openInput } from './storage/open-store.js';
import { readBytes, type Store, type StoredObject } from './storage/store.js';
import { inputChanged } from './storage/store-error.js';

/** Returns an object of a store as a file that can be read at any place. */
export function asFile(store: Store, object: StoredObject): RandomAccessFile {
  return {
    name: store.nameOf(object.key),
    size: object.size,
    read: (start, end) => readBytes(store, object, start, end),
    stream: (start, end) => store.stream(object, start, end),
  };
}

/** The texts of a shard. */
export interface ShardTexts {
  readonly source: TextSource;
  /** Rows that were passed over so far, because there is no text in them or because they were to be left out. */
  readonly passedOver: readonly SkippedText[];
}

/**
 * Opens the texts of a shard.
 *
 * @param leftOut places of rows that are passed over, each with the reason
 * @throws JOB_INPUT_CHANGED, USAGE, HUB_NOT_FOUND and others of the hub, and while reading what texts and stores throw
 */
export async function openShard(
  { plan, store: output }: Job,
  shard: number,
  leftOut: ReadonlyMap<string, string> = new Map(),
): Promise<ShardTexts> {
  const planned = plan.shards[shard];
  if (planned === undefined) {
    const problem = `There is no shard ${shard} in ${output.uri}`;
    throw new OctavecError('USAGE', { problem, hint: `Its shards are 0 to ${plan.shards.length - 1}.` });
  }
  const { store: address, key, size, etag } = plan.inputs[planned.input];
  const store = await openInput(address);
  const object = await store.find(key);
  if (object === undefined || object.size !== size || object.etag !== etag) {
    throw inputChanged(store.nameOf(key));
  }
  const passedOver: SkippedText[] = [];
  const source = await openPart(asFile(store, object), planned.part, {
    ...plan.texts,
    onInvalid: ({ place, problem }) => {
      passedOver.push({ place, reason: `it ${problem}` });
    },
  });
  const records = async function* (): AsyncGenerator<TextRecord, void, undefined> {
    for await (const record of source.records) {
      const reason = leftOut.get(record.place ?? '');
      if (reason === undefined) {
        yield record;
      } else {
        passedOver.push({ place: record.place, ...(record.id !== undefined && { id: record.id }), reason });
      }
    }
  };
  return { source: { ...source, records: records() }, passedOver };
}
