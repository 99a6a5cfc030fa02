import { type ModelFiles, variantOfPath } from '../../model/index.js';
import type { ServedModel } from '../served-model.js';

/** TEI's names of poolings. */
const poolings: Readonly<Record<string, string>> = { cls: 'cls', mean: 'mean', lasttoken: 'last_token' };
/** Names of precisions by variant. */
const dtypes: Readonly<Record<string, string>> = { fp32: 'float32', fp16: 'float16' };

/**
 * Returns the label of a pair-scoring model's only class: from its configuration, else the name that transformers gives
 * it.
 */
export function scoreLabel({ facts }: ModelFiles): string {
  return facts?.firstLabel ?? 'LABEL_0';
}

/** Describes a model as `/info` does. */
export function describeModel(model: ServedModel, files: ModelFiles) {
  const { head, onnxPath, task } = files;
  const label = scoreLabel(files);
  const variant = variantOfPath(onnxPath) ?? 'fp32';
  const pooling = head.pooling.map((mode) => poolings[mode] ?? mode).join('+');
  return {
    model_id: model.id,
    model_sha: model.revision ?? null,
    model_dtype: dtypes[variant] ?? variant,
    served_model_name: model.name,
    model_type:
      task === 'rerank'
        ? { reranker: { id2label: { '0': label }, label2id: { [label]: 0 } } }
        : { embedding: { pooling } },
  };
}
