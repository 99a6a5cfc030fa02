import { dirname, join } from 'node:path';
import { OctavecError } from '../base/index.js';
import type { ChosenMethod } from '../methods/index.js';
import type { FoundModel } from './find-models.js';
import { outputPath } from './output-paths.js';

/** A variant that is to be made of a model. */
export interface PlannedVariant {
  readonly method: ChosenMethod;
  readonly path: string;
  /** Why it cannot be: another model's variant stands there, or the template cannot name it. */
  readonly refusal?: OctavecError;
}

/** The name of a variant's file. @throws USAGE where the template cannot say it */
export type BatchNames = (model: FoundModel, variant: string) => string;

/** Returns the folder in which a model's variants get the place that the model has in the searched folder. */
export function outputFolderOf({ name, isFolder }: FoundModel, output: string | undefined): string | undefined {
  return output && join(output, isFolder ? name : dirname(name));
}

/**
 * Returns where the variants of models are going to stand, by model. Of models whose variants would stand in the same
 * place ("gte.onnx" and "gte-FP32.onnx") the first one gets it.
 */
export function planBatch(
  models: readonly FoundModel[],
  to: readonly ChosenMethod[],
  output: string | undefined,
  names?: BatchNames,
): ReadonlyMap<FoundModel, readonly PlannedVariant[]> {
  const owners = new Map<string, FoundModel>();
  const plan = (model: FoundModel, method: ChosenMethod): PlannedVariant => {
    const usual = outputPath(model.path, method.variant, outputFolderOf(model, output));
    let path = usual;
    try {
      path = outputPath(model.path, method.variant, outputFolderOf(model, output), names?.(model, method.variant));
    } catch (error) {
      return { method, path: usual, refusal: error as OctavecError };
    }
    const owner = owners.get(path);
    if (owner === undefined) {
      owners.set(path, model);
      return { method, path };
    }
    const problem = `The variants of ${owner.name} and of ${model.name} would have the same name, ${path}`;
    return { method, path, refusal: new OctavecError('USAGE', { problem, hint: 'Rename one of the models.' }) };
  };
  return new Map(models.map((model) => [model, to.map((method) => plan(model, method))]));
}
