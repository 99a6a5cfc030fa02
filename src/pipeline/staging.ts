import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { asOutputError, removeFolders } from '../base/index.js';
import { type OnnxModel, type WrittenModel, writeModel } from '../onnx/index.js';

/** A model file that is written and can be run, but does not carry its name yet. */
export interface StagedModel extends WrittenModel {
  /** Gives the files their place, and `others` of the same folder before them. */
  publish(others?: readonly string[]): Promise<void>;
  /** Removes what was not published, and folders that were made for it alone. Of several the first comes last. */
  discard(): Promise<void>;
}

/**
 * Writes a model into a temporary folder beside its target, so that it can be tried before it is published.
 *
 * @throws OUTPUT_NOT_WRITABLE, DISK_FULL
 */
export async function stageModel(model: OnnxModel, target: string): Promise<StagedModel> {
  const parent = dirname(target);
  let madeFolder: string | undefined;
  let folder: string;
  try {
    madeFolder = await mkdir(parent, { recursive: true });
    folder = await mkdtemp(join(parent, '.octavec-'));
  } catch (error) {
    await removeFolders(parent, madeFolder);
    throw asOutputError(error, target);
  }
  const discard = async (): Promise<void> => {
    await rm(folder, { recursive: true, force: true });
    await removeFolders(parent, madeFolder);
  };
  try {
    const written = await writeModel(model, join(folder, basename(target)));
    return {
      ...written,
      publish: async (others = []) => {
        // The model file comes last: as long as it is missing, nobody sees its external data.
        for (const file of [...others, ...written.files.toReversed()]) {
          await rename(file, join(parent, basename(file)));
        }
      },
      discard,
    };
  } catch (error) {
    await discard();
    throw error;
  }
}
