import { z } from 'zod';
import { version } from '../base/index.js';
import { metadata, type OnnxModel, withMetadata } from '../onnx/index.js';

/** Everything needed to make a variant again. Stored in the file's metadata under `octavec.recipe`. */
export interface Recipe {
  readonly method: string;
  /** All that was asked for, defaults included, and what the method chose by itself. */
  readonly options: Readonly<Record<string, unknown>>;
  /** SHA-256 of the original ONNX file. */
  readonly source: string;
  /** SHA-256 of what is around it: tokenizer, pooling, limits, prompts. Older files do not say. */
  readonly conventions?: string;
  readonly tool: string;
}

const key = 'octavec.recipe';

const recipeSchema = z.object({
  method: z.string(),
  options: z.record(z.string(), z.unknown()),
  source: z.string(),
  conventions: z.string().optional(),
  tool: z.string(),
});

export function makeRecipe(
  method: string,
  source: string,
  options: Readonly<Record<string, unknown>> = {},
  conventions?: string,
): Recipe {
  return { method, options, source, conventions, tool: `octavec ${version}` };
}

/** Returns the model with the recipe in its metadata. */
export function withRecipe(model: OnnxModel, recipe: Recipe): OnnxModel {
  return withMetadata(model, { [key]: JSON.stringify(recipe) });
}

/** Returns the recipe of a model that octavec made; undefined for others, and for what only looks like a recipe. */
export function recipeOf(model: OnnxModel): Recipe | undefined {
  const text = metadata(model).get(key);
  if (text === undefined) {
    return undefined;
  }
  try {
    return recipeSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
