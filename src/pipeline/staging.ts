import { mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { OctavecError } from '../base/index.js';
import { asOutputError, makeFolders, removeFolders } from '../files/index.js';
import { type OnnxModel, type WrittenModel, writeModel } from '../onnx/index.js';

/** A model file that is written and can be run, but does not carry its name yet. */
export interface StagedModel extends WrittenModel {
  /** Gives the files their place, and `others` of the same folder before them. */
  publish(others?: readonly string[]): Promise<void>;
  /** Removes what was not published, and folders that were made for it alone. Of several the first comes last. */
  discard(): Promise<void>;
}

/** A temporary folder beside a target. */
interface Staging {
  readonly folder: string;
  /** Removes it, and folders that were made for it alone. */
  discard(): Promise<void>;
}

/** @throws OUTPUT_NOT_WRITABLE, DISK_FULL */
async function openStaging(target: string): Promise<Staging> {
  const parent = dirname(target);
  let madeFolder: string | undefined;
  try {
    madeFolder = await makeFolders(parent);
    const folder = await mkdtemp(join(parent, '.octavec-'));
    return {
      folder,
      discard: async () => {
        await rm(folder, { recursive: true, force: true });
        await removeFolders(parent, madeFolder);
      },
    };
  } catch (error) {
    await removeFolders(parent, madeFolder);
    throw asOutputError(error, target);
  }
}

/**
 * Finds out before the long work whether a target can be written after it.
 *
 * @throws OUTPUT_NOT_WRITABLE, DISK_FULL
 */
export async function checkWritable(target: string): Promise<void> {
  const existing = await stat(target).catch(() => undefined);
  if (existing?.isDirectory()) {
    throw new OctavecError('OUTPUT_NOT_WRITABLE', { path: target, why: 'it is a folder' });
  }
  const staging = await openStaging(target);
  await staging.discard();
}

/**
 * Writes a model into a temporary folder beside its target, so that it can be tried before it is published.
 *
 * @throws OUTPUT_NOT_WRITABLE, DISK_FULL
 */
export async function stageModel(model: OnnxModel, target: string): Promise<StagedModel> {
  const { folder, discard } = await openStaging(target);
  try {
    const written = await writeModel(model, join(folder, basename(target)));
    return {
      ...written,
      publish: async (others = []) => {
        // The model file comes last: as long as it is missing, nobody sees its external data.
        for (const file of [...others, ...written.files.toReversed()]) {
          await rename(file, join(dirname(target), basename(file)));
        }
      },
      discard,
    };
  } catch (error) {
    await discard();
    throw error;
  }
}
