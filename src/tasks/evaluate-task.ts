import type { TaskOptions } from '../base/index.js';
import { evaluateClassification } from './classification.js';
import { evaluateClustering } from './clustering.js';
import { evaluatePairClassification, evaluateSts } from './pair-tasks.js';
import { evaluateReranking } from './reranking.js';
import { evaluateRetrieval } from './retrieval.js';
import type { EmbedTexts, Task } from './task.js';
import type { TaskResult } from './task-result.js';

/**
 * Evaluates a model in a task, by MTEB's definitions.
 *
 * @throws CANCELLED, and what `embed` throws
 */
export function evaluateTask(task: Task, embed: EmbedTexts, options: TaskOptions = {}): Promise<TaskResult> {
  switch (task.kind) {
    case 'sts':
      return evaluateSts(task, embed, options);
    case 'pair-classification':
      return evaluatePairClassification(task, embed, options);
    case 'retrieval':
      return evaluateRetrieval(task, embed, options);
    case 'reranking':
      return evaluateReranking(task, embed, options);
    case 'classification':
      return evaluateClassification(task, embed, options);
    case 'clustering':
      return evaluateClustering(task, embed, options);
  }
}
