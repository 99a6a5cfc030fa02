import { OctavecError } from '../../base/index.js';
import type { LabelledText, Task } from '../task.js';

/**
 * Returns the task, if its data can tell one model from another.
 *
 * @throws DATA_INVALID for data whose figures would be NaN, or the same for every model
 */
export function meaningful(task: Task, path: string): Task {
  const why = whyMeaningless(task);
  if (why !== undefined) {
    throw new OctavecError('DATA_INVALID', { path, why });
  }
  return task;
}

function whyMeaningless(task: Task): string | undefined {
  switch (task.kind) {
    case 'sts':
      return tooFew(task.pairs) ?? allTheSame('scores', task.pairs, ({ score }) => score);
    case 'pair-classification':
      return tooFew(task.pairs) ?? allTheSame('labels', task.pairs, ({ label }) => label);
    case 'reranking':
      return task.queries.some(({ positive, negative }) => positive.length > 0 && negative.length > 0)
        ? tooFew(task.queries)
        : 'none of its queries has both a relevant and an irrelevant candidate';
    case 'classification':
      return tooFew(task.test) ?? tooFew(task.train) ?? allTheSame('labels to learn from', task.train, labelOf);
    case 'clustering': {
      const reasons = task.sets.map((set) => tooFew(set) ?? allTheSame('labels', set, labelOf));
      return task.sets.length === 0 ? tooFew([]) : reasons.find((reason) => reason !== undefined);
    }
    case 'retrieval':
      // What it needs is found out while its files are read.
      return undefined;
  }
}

function labelOf({ label }: LabelledText): string {
  return label;
}

function tooFew(items: readonly unknown[]): string | undefined {
  return items.length < 2 ? 'it holds fewer than two items' : undefined;
}

function allTheSame<Item>(what: string, items: readonly Item[], of: (item: Item) => unknown): string | undefined {
  const first = of(items[0]);
  return items.every((item) => of(item) === first) ? `all its ${what} are the same` : undefined;
}
