import { version } from '../base/index.js';
import { type Evidence, evidencePath, readEvidence } from '../evaluate/index.js';
import { type OnnxModel, readModel } from '../onnx/index.js';
import { recipeOf } from '../quantize/index.js';
import type { AutoGoal } from './auto/goal.js';
import { fileIdentity } from './file-identity.js';
import type { MethodName } from './methods.js';

/** How a variant would be made now. */
export interface WantedVariant {
  readonly method: MethodName;
  /** SHA-256 of the original as it is. */
  readonly source: string;
  /** Counts for `auto`. */
  readonly goal: AutoGoal;
}

/**
 * The evidence of a variant that need not be made again: same original, method and version of octavec, and the file is
 * the one that was measured. undefined for all others, and where there is none.
 */
export async function upToDateEvidence(path: string, wanted: WantedVariant): Promise<Evidence | undefined> {
  const model = await readModel(path).catch(() => undefined);
  if (model === undefined || !isWanted(model, wanted)) {
    return undefined;
  }
  const evidence = await readEvidence(evidencePath(path)).catch(() => undefined);
  if (evidence === undefined) {
    return undefined;
  }
  const { sha256 } = await fileIdentity(model, evidence.file.precision);
  return evidence.file.sha256 === sha256 ? evidence : undefined;
}

function isWanted(model: OnnxModel, { method, source, goal }: WantedVariant): boolean {
  const recipe = recipeOf(model);
  const sameGoal =
    method !== 'auto' ||
    (recipe?.options.purpose === goal.purpose &&
      JSON.stringify(recipe.options.goal) === JSON.stringify(goal.gate.limits));
  return recipe?.method === method && recipe.source === source && recipe.tool === `octavec ${version}` && sameGoal;
}
