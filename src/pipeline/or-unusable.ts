import { OctavecError, reasonOf } from '../base/index.js';
import type { EngineChoice } from '../engine/index.js';

/** A variant that could not be run, and why. */
export interface UnusableVariant {
  readonly name: string;
  readonly why: string;
}

/**
 * Does something with a variant; where that fails, the variant is named, and the others go on.
 *
 * @throws CANCELLED, and what is no error of octavec's
 */
export async function orUnusable(
  { name, engine }: { readonly name: string; readonly engine: EngineChoice },
  unusable: UnusableVariant[],
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof OctavecError) || error.code === 'CANCELLED') {
      throw error;
    }
    unusable.push({
      name: engine === 'onnxruntime' || engine === 'auto' ? name : `${name} (${engine})`,
      why: reasonOf(error),
    });
  }
}
