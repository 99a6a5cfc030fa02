import { rm } from 'node:fs/promises';
import { OctavecError } from '../base/index.js';
import { damagedFiles } from './check-snapshot.js';
import { chooseModelFiles, type ModelFileChoice } from './choose-model-files.js';
import { fetchSnapshot, type Snapshot, type SnapshotOptions } from './fetch-snapshot.js';
import { hubSettings } from './hub-settings.js';
import type { Repository } from './repository.js';

export interface PullOptions extends SnapshotOptions, ModelFileChoice {
  /** Hash what is in the cache already, and fetch what is damaged again. */
  readonly verify?: boolean;
}

/** A model in the cache. */
export interface PulledModel extends Snapshot {
  /** Files that were damaged, and were fetched again. */
  readonly repaired: readonly string[];
}

/**
 * Brings a model of the hub here, into the cache that all programs of the Hugging Face family share.
 *
 * @param id "owner/name"
 * @throws what `fetchSnapshot` throws; HUB_NO_MODEL; DISK_TOO_SMALL; CACHE_DAMAGED where damaged files cannot be fetched
 * @example
 * ```ts
 * const { folder } = await pullModel({ id: 'BAAI/bge-small-en-v1.5' });
 * ```
 */
export async function pullModel(
  { id, revision }: Omit<Repository, 'kind'>,
  options: PullOptions = {},
): Promise<PulledModel> {
  const { verify, precision, include, exclude, all, ...task } = options;
  const settings = task.settings ?? (await hubSettings());
  const repository: Repository = { kind: 'model', id, ...(revision !== undefined && { revision }) };
  const choose = (files: readonly string[]) => chooseModelFiles(files, id, { precision, include, exclude, all });
  const snapshot = await fetchSnapshot(repository, choose, { ...task, settings });
  if (!verify) {
    return { ...snapshot, repaired: [] };
  }
  const damaged = await damagedFiles(snapshot.folder, snapshot.files, task);
  const repaired = damaged.map(({ path }) => path);
  if (damaged.length === 0) {
    return { ...snapshot, repaired };
  }
  if (settings.offline) {
    throw new OctavecError('CACHE_DAMAGED', { folder: snapshot.folder, files: repaired });
  }
  await Promise.all(damaged.map(({ blob }) => rm(blob, { force: true })));
  await fetchSnapshot(repository, choose, { ...task, settings });
  return { ...snapshot, repaired };
}
