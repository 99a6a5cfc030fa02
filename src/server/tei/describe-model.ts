import { type ModelFiles, usualLabel, variantOfPath } from '../../model/index.js';
import type { ServedModel } from '../served-model.js';

/** TEI's names of poolings. */
const poolings: Readonly<Record<string, string>> = { cls: 'cls', mean: 'mean', lasttoken: 'last_token' };
/** Names of precisions by variant. */
const dtypes: Readonly<Record<string, string>> = { fp32: 'float32', fp16: 'float16' };

/** Describes a model as `/info` does. */
export function describeModel(model: ServedModel, files: ModelFiles) {
  const { onnxPath } = files;
  const variant = variantOfPath(onnxPath) ?? 'fp32';
  return {
    model_id: model.id,
    model_sha: model.revision ?? null,
    model_dtype: dtypes[variant] ?? variant,
    served_model_name: model.name,
    model_type: modelType(files),
  };
}

/** Returns TEI's name of what the model does, with its pooling or its classes. */
function modelType({ head, task, facts }: ModelFiles) {
  if (task === undefined) {
    return { embedding: { pooling: head.pooling.map((mode) => poolings[mode] ?? mode).join('+') } };
  }
  // transformers leaves the names out where they are its own, of the two classes that it takes for granted.
  const labels = facts?.labels ?? [0, 1].slice(task === 'rerank' ? 1 : 0).map((_, i) => usualLabel(i));
  const classes = {
    id2label: Object.fromEntries(labels.entries()),
    label2id: Object.fromEntries(labels.map((label, i) => [label, i])),
  };
  return task === 'rerank' ? { reranker: classes } : { classifier: classes };
}
