import { resolve } from 'node:path';
import { dimensionsOf, modelName, type NameTemplate, nameFields } from '../model/index.js';
import type { BatchNames } from './batch-plan.js';
import type { FoundModel } from './find-models.js';

/** Names the variants of models by a template, from each model's name and the dimensions that its folder states. */
export async function batchNames(models: readonly FoundModel[], template: NameTemplate): Promise<BatchNames> {
  const known = await Promise.all(
    models.map(async (model) => {
      const dimensions = await dimensionsOf(model.path);
      return [model, { ...nameFields(modelName(resolve(model.path))), ...(dimensions && { dimensions }) }] as const;
    }),
  );
  const fields = new Map(known);
  return (model, variant) =>
    template.write({ family: model.name, ...fields.get(model), ...(variant !== 'fp32' && { precision: variant }) });
}
