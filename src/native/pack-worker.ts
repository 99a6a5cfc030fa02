import { writeOutput } from '../files/index.js';
import { serveCalls } from '../threads/index.js';
import { loadBinding, type NativeBinding, type NativeModel } from './binding.js';
import { buildModel } from './build-model.js';
import type { PackedOrReason, Packing, PackSettings } from './packed-model.js';

/** A thread that builds one model and packs it into a file. Where it cannot write it keeps the model until it is ended. */

serveCalls<Packing>(async (settings) => ({ ready: await pack(settings), answers: {} }));

async function pack({ files, precision, key, targets }: PackSettings): Promise<PackedOrReason> {
  const loaded = loadBinding();
  if ('reason' in loaded) {
    return loaded;
  }
  const { binding } = loaded;
  const built = await buildModel(binding, files, precision, key);
  if ('reason' in built) {
    return built;
  }
  const packed = await write(binding, built.model, targets);
  if (packed !== undefined) {
    // The process shall know the one that is mapped under this key.
    binding.releaseModel(built.model);
  }
  return { packed };
}

async function write(
  binding: NativeBinding,
  model: NativeModel,
  targets: readonly string[],
): Promise<string | undefined> {
  for (const target of targets) {
    try {
      await writeOutput(target, async (_, temporary) => binding.writeModel(model, temporary));
      return target;
    } catch {
      // Not writable, or full.
    }
  }
  return undefined;
}
