import { version } from '../base/index.js';
import { type Evidence, evidencePath, readEvidence } from '../evaluate/index.js';
import type { ChosenMethod, MethodWishes } from '../methods/index.js';
import { type OnnxModel, readModel } from '../onnx/index.js';
import { fileIdentity } from '../proof/index.js';
import { recipeOf } from '../quantize/index.js';

/** How a variant would be made now. */
export interface WantedVariant {
  readonly method: ChosenMethod;
  /** SHA-256 of the original as it is. */
  readonly source: string;
  /** SHA-256 of its tokenizer, pooling, limits and prompts. */
  readonly conventions: string;
  readonly wishes: MethodWishes;
  /** SHA-256 of the texts that it would be proven with. */
  readonly proofTexts: string;
}

/**
 * Returns the evidence of a variant that need not be made again: same original, method, options and version of
 * octavec, and the file is the one that was measured, on these texts. undefined for all others, and where there is
 * none.
 */
export async function upToDateEvidence(path: string, wanted: WantedVariant): Promise<Evidence | undefined> {
  const model = await readModel(path).catch(() => undefined);
  if (model === undefined || !isWanted(model, wanted)) {
    return undefined;
  }
  const evidence = await readEvidence(evidencePath(path)).catch(() => undefined);
  if (evidence === undefined || evidence.texts.sha256 !== wanted.proofTexts) {
    return undefined;
  }
  const { sha256 } = await fileIdentity(model, evidence.file.precision);
  return evidence.file.sha256 === sha256 ? evidence : undefined;
}

function isWanted(model: OnnxModel, { method, source, conventions, wishes }: WantedVariant): boolean {
  const recipe = recipeOf(model);
  return (
    recipe?.method === method.id &&
    recipe.source === source &&
    recipe.conventions === conventions &&
    recipe.tool === `octavec ${version}` &&
    Object.entries(method.asked(wishes)).every(([key, value]) => isSame(recipe.options[key], value))
  );
}

/** Compares two values by their JSON. */
function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
