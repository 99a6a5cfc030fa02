import { type ModelFiles, variantOfPath } from '../../model/index.js';
import type { ServedModel } from '../served-model.js';
import { scoreLabel } from './rank-routes.js';

/** TEI's names of poolings. */
const poolings: Readonly<Record<string, string>> = { cls: 'cls', mean: 'mean', lasttoken: 'last_token' };
/** Names of precisions by variant. */
const dtypes: Readonly<Record<string, string>> = { fp32: 'float32', fp16: 'float16' };

/** What `/info` says of a model. */
export function describeModel(model: ServedModel, { head, onnxPath, task }: ModelFiles) {
  const variant = variantOfPath(onnxPath) ?? 'fp32';
  const pooling = head.pooling.map((mode) => poolings[mode] ?? mode).join('+');
  return {
    model_id: model.id,
    model_sha: model.revision ?? null,
    model_dtype: dtypes[variant] ?? variant,
    served_model_name: model.name,
    model_type:
      task === 'rerank'
        ? { reranker: { id2label: { '0': scoreLabel }, label2id: { [scoreLabel]: 0 } } }
        : { embedding: { pooling } },
  };
}
