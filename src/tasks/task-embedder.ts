import type { TaskOptions } from '../base/index.js';
import type { Embedder } from '../embed/index.js';
import { type CacheOptions, cachedEmbedding } from '../embed/index.js';
import type { EmbedTexts, TaskKind, TextRole } from './task.js';

/** MTEB's names of the kinds, which some models' prompts carry. */
const promptKinds: Record<TaskKind, string> = {
  sts: 'STS',
  'pair-classification': 'PairClassification',
  retrieval: 'Retrieval',
  reranking: 'Reranking',
  classification: 'Classification',
  clustering: 'Clustering',
};

/**
 * Embeds the texts of tasks with the prompts that the model has for them, in MTEB's order of precedence: task and role,
 * task, kind and role, kind, role; else the model's default.
 *
 * @param cache keeps the vectors on disk, so that what was interrupted goes on and what is repeated costs nothing
 */
export function taskEmbedder(embedder: Embedder, cache?: CacheOptions): EmbedTexts {
  const embed = cache === undefined ? embedder.embed.bind(embedder) : cachedEmbedding(embedder, cache);
  return (texts, use, { signal, onProgress }: TaskOptions = {}) => {
    const promptName = promptFor(embedder.model.prompts, use.task, use.kind, use.role);
    const named =
      onProgress &&
      ((event: Parameters<typeof onProgress>[0]) => onProgress({ ...event, stage: `Embedding ${use.task}` }));
    return embed(texts, { promptName, signal, onProgress: named });
  };
}

/** Returns the name of the prompt for a text; undefined where the model has none for it. */
export function promptFor(
  prompts: Readonly<Record<string, string>>,
  task: string,
  kind: TaskKind,
  role: TextRole | undefined,
): string | undefined {
  const kindName = promptKinds[kind];
  const names = [
    role && `${task}-${role}`,
    task,
    role && `${kindName}-${role}`,
    kindName,
    role,
    // What E5 and its kin call a document.
    role === 'document' ? 'passage' : undefined,
  ];
  return names.find((name) => name !== undefined && Object.hasOwn(prompts, name));
}
