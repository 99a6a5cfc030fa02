import { rename } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { openStaging } from '../files/index.js';
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
