import type { ModelConfig } from './input-limits.js';

/** What config.json says of the numbers that a model gives: by it embeddings are told from scores. */
export interface ModelFacts {
  /** "BertModel", "BertForSequenceClassification" */
  readonly architectures: readonly string[];
  readonly hiddenSize?: number;
  readonly vocabularySize?: number;
  /** Names of the classes that it tells apart, where it names them. */
  readonly labels?: readonly string[];
  /** What its classes are to each other, as transformers has it: "multi_label_classification". */
  readonly problemType?: string;
  /** What a reranker's numbers go through to become scores, where the configuration names it: "sigmoid". */
  readonly scoreActivation?: string;
  /** Whether the folder says how hidden states are pooled. */
  readonly hasPooling: boolean;
}

export function modelFacts(config: ModelConfig | undefined, hasPooling: boolean): ModelFacts {
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
    labels: config?.id2label == null ? undefined : labelsOf(config.id2label),
    problemType: config?.problem_type,
    scoreActivation: scoreActivationOf(config),
    hasPooling,
  };
}

function labelsOf(names: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(names).map((_, i) => {
    const name = names[i];
    return typeof name === 'string' ? name : usualLabel(i);
  });
}

/** Returns the name that transformers gives a class that has none. */
export function usualLabel(index: number): string {
  return `LABEL_${index}`;
}

/**
 * Returns the activation of scores. sentence-transformers names a class of PyTorch: "torch.nn.modules.linear.Identity".
 */
function scoreActivationOf(config: ModelConfig | undefined): string | undefined {
  const name = config?.sentence_transformers?.activation_fn ?? config?.sbert_ce_default_activation_function;
  return name?.split('.').at(-1)?.toLowerCase();
}
