import type { ModelConfig } from './input-limits.js';

/** What config.json says of the numbers that a model gives: by it embeddings are told from scores. */
export interface ModelFacts {
  /** "BertModel", "BertForSequenceClassification" */
  readonly architectures: readonly string[];
  readonly hiddenSize?: number;
  readonly vocabularySize?: number;
  /** How many classes it tells apart, where it names them. */
  readonly labels?: number;
  /** Name of its first class: the only one of a model that scores pairs. */
  readonly firstLabel?: string;
  /** What a reranker's numbers go through to become scores, where the configuration names it: "sigmoid". */
  readonly scoreActivation?: string;
  /** Whether the folder says how hidden states are pooled. */
  readonly hasPooling: boolean;
}

export function modelFacts(config: ModelConfig | undefined, hasPooling: boolean): ModelFacts {
  const labels = config?.id2label == null ? undefined : Object.keys(config.id2label).length;
  const firstLabel = config?.id2label?.['0'];
  return {
    architectures: config?.architectures ?? [],
    hiddenSize:
      config?.hidden_size ??
      config?.dim ??
      config?.d_model ??
      config?.n_embd ??
      config?.text_config?.hidden_size ??
      undefined,
    vocabularySize: config?.vocab_size ?? undefined,
    labels,
    firstLabel: typeof firstLabel === 'string' ? firstLabel : undefined,
    scoreActivation: scoreActivationOf(config),
    hasPooling,
  };
}

/**
 * Returns the activation of scores. sentence-transformers names a class of PyTorch: "torch.nn.modules.linear.Identity".
 */
function scoreActivationOf(config: ModelConfig | undefined): string | undefined {
  const name = config?.sentence_transformers?.activation_fn ?? config?.sbert_ce_default_activation_function;
  return name?.split('.').at(-1)?.toLowerCase();
}
